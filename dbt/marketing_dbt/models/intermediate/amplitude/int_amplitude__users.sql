{{ marketing.build_int('amplitude', 'users') }}
