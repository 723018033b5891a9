{{ marketing.build_int('amplitude', 'events') }}
