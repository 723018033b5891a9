{#
  Mixpanel. Times of events are in the project's time zone, the tenant's. A purchase carries
  order_id and revenue among its properties, the revenue in the tenant's currency.
#}
{% macro connector_mixpanel() -%}
    {{ return({
        'domain': 'analytics',
        'master_model': 'mixpanel_api_v1',
        'objects': {
            'events': 'events',
            'people': 'users',
        },
    }) }}
{%- endmacro %}

{% macro engine_mixpanel_api_v1__events() -%}
    {{ return({
        'fields': [
            'name',
            'time',
            'distinct_id',
            'mp_country_code',
            'device',
            'properties',
        ],
        'columns': {
            'event_name': marketing.as_text('name'),
            'event_at': marketing.local_to_utc('"time"'),
            'user_pseudo_id': marketing.as_text('distinct_id'),
            'profile_id': marketing.as_text('distinct_id'),
            'source': "json_extract_string(properties, '$.utm_source')",
            'medium': "json_extract_string(properties, '$.utm_medium')",
            'campaign': "json_extract_string(properties, '$.utm_campaign')",
            'country': marketing.as_text('mp_country_code'),
            'device': marketing.as_text('device'),
            'transaction_id': "json_extract_string(properties, '$.order_id')",
            'revenue': "cast(json_extract_string(properties, '$.revenue') as decimal(18, 6))",
            'currency': "case when json_extract_string(properties, '$.revenue') is not null then '"
                ~ marketing.get_tenant_config().get('currency', 'USD') ~ "' end",
        },
    }) }}
{%- endmacro %}

{% macro engine_mixpanel_api_v1__people() -%}
    {{ return({
        'fields': [
            'distinct_id',
            'first_name',
            'last_name',
            'email',
            'country_code',
            'created',
            'last_seen',
        ],
        'columns': {
            'profile_id': marketing.as_text('distinct_id'),
            'user_pseudo_id': marketing.as_text('distinct_id'),
            'user_name': "nullif(concat_ws(' ', " ~ marketing.as_text('first_name') ~ ', '
                ~ marketing.as_text('last_name') ~ "), '')",
            'email': marketing.as_text('email'),
            'country': marketing.as_text('country_code'),
            'first_seen_at': marketing.as_time('created'),
            'last_seen_at': marketing.as_time('last_seen'),
        },
    }) }}
{%- endmacro %}
