{#
  Google Ads. Money is in micros of the account's currency; an ad group that a report leaves out is
  named by its resource name, customers/1/adGroups/2.
#}
{% macro connector_google_ads() -%}
    {{ return({
        'domain': 'paid_ads',
        'master_model': 'google_ads_api_v1',
        'objects': {
            'customers': 'accounts', 'campaigns': 'campaigns', 'ad_groups': 'ad_groups',
            'ads': 'ads', 'ad_performance': 'ad_performance',
        },
    }) }}
{%- endmacro %}

{% macro engine_google_ads_api_v1__customers() -%}
    {{ return({
        'fields': ['id', 'descriptive_name', 'currency_code', 'time_zone'],
        'columns': {
            'account_id': marketing.as_text('id'),
            'account_name': marketing.as_text('descriptive_name'),
            'currency': marketing.as_text('currency_code'),
            'time_zone': marketing.as_text('time_zone'),
        },
    }) }}
{%- endmacro %}

{% macro engine_google_ads_api_v1__campaigns() -%}
    {{ return({
        'fields': [
            'id', 'name', 'status', 'advertising_channel_type', 'start_date', 'end_date',
        ],
        'columns': {
            'campaign_id': marketing.as_text('id'),
            'campaign_name': marketing.as_text('name'),
            'status': marketing.as_text('status'),
            'channel': marketing.as_text('advertising_channel_type'),
            'started_on': marketing.as_date('start_date'),
            'ended_on': marketing.as_date('end_date'),
        },
    }) }}
{%- endmacro %}

{% macro engine_google_ads_api_v1__ad_groups() -%}
    {{ return({
        'fields': ['id', 'name', 'campaign_id', 'status'],
        'columns': {
            'ad_group_id': marketing.as_text('id'),
            'campaign_id': marketing.as_text('campaign_id'),
            'ad_group_name': marketing.as_text('name'),
            'status': marketing.as_text('status'),
        },
    }) }}
{%- endmacro %}

{% macro engine_google_ads_api_v1__ads() -%}
    {{ return({
        'fields': ['id', 'ad_group_id', 'name', 'status'],
        'columns': {
            'ad_id': marketing.as_text('id'),
            'ad_group_id': marketing.as_text('ad_group_id'),
            'ad_name': marketing.as_text('name'),
            'status': marketing.as_text('status'),
        },
    }) }}
{%- endmacro %}

{% macro engine_google_ads_api_v1__ad_performance() -%}
    {{ return({
        'fields': [
            'campaign_id', 'ad_group_id', 'ad_group', 'ad_id', 'date', 'impressions', 'clicks',
            'cost_micros', 'conversions', 'conversions_value',
        ],
        'columns': {
            'report_date': marketing.as_date('date'),
            'campaign_id': marketing.as_text('campaign_id'),
            'ad_group_id': 'coalesce(' ~ marketing.as_text('ad_group_id')
                ~ ", nullif(regexp_extract(ad_group, 'adGroups/([0-9]+)', 1), ''))",
            'ad_id': marketing.as_text('ad_id'),
            'spend': marketing.from_micros('cost_micros'),
            'impressions': marketing.as_integer('impressions'),
            'clicks': marketing.as_integer('clicks'),
            'conversions': marketing.as_money('conversions'),
            'conversion_value': marketing.as_money('conversions_value'),
        },
    }) }}
{%- endmacro %}
