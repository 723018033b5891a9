{#
  Amplitude. A purchase carries order_id and revenue among its properties, the revenue in the
  tenant's currency; what brought a user stands in the user's. A user has devices, which are the
  visitors, and a profile by amplitude_id.
#}
{% macro connector_amplitude() -%}
    {{ return({
        'domain': 'analytics',
        'master_model': 'amplitude_api_v1',
        'objects': {
            'events': 'events',
            'users': 'users',
        },
    }) }}
{%- endmacro %}

{% macro engine_amplitude_api_v1__events() -%}
    {{ return({
        'fields': [
            'event_type',
            'event_time',
            'device_id',
            'user_id',
            'amplitude_id',
            'country',
            'device_type',
            'event_properties',
            'user_properties',
        ],
        'columns': {
            'event_name': marketing.as_text('event_type'),
            'event_at': marketing.as_time('event_time'),
            'user_pseudo_id': marketing.as_text('device_id'),
            'user_id': marketing.as_text('user_id'),
            'profile_id': marketing.as_text('amplitude_id'),
            'source': "json_extract_string(user_properties, '$.utm_source')",
            'medium': "json_extract_string(user_properties, '$.utm_medium')",
            'campaign': "json_extract_string(user_properties, '$.utm_campaign')",
            'country': marketing.as_text('country'),
            'device': marketing.as_text('device_type'),
            'transaction_id': "json_extract_string(event_properties, '$.order_id')",
            'revenue': "cast(json_extract_string(event_properties, '$.revenue') as decimal(18, 6))",
            'currency': "case when json_extract_string(event_properties, '$.revenue') is not null then '"
                ~ marketing.get_tenant_config().get('currency', 'USD') ~ "' end",
        },
    }) }}
{%- endmacro %}

{% macro engine_amplitude_api_v1__users() -%}
    {{ return({
        'fields': [
            'canonical_amplitude_id',
            'user_id',
            'country',
            'first_used',
            'last_used',
        ],
        'columns': {
            'profile_id': marketing.as_text('canonical_amplitude_id'),
            'user_id': marketing.as_text('user_id'),
            'country': marketing.as_text('country'),
            'first_seen_at': marketing.as_time('first_used'),
            'last_seen_at': marketing.as_time('last_used'),
        },
    }) }}
{%- endmacro %}
