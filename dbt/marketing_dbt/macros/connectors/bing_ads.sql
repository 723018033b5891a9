{#
  Microsoft (Bing) Ads. Spend is in units of the report's currency; the report has the account's grain.
#}
{% macro connector_bing_ads() -%}
    {{ return({
        'domain': 'paid_ads',
        'master_model': 'bing_ads_api_v1',
        'objects': {
            'campaigns': 'campaigns',
            'ad_groups': 'ad_groups',
            'ads': 'ads',
            'account_performance_report': 'ad_performance',
        },
    }) }}
{%- endmacro %}

{% macro engine_bing_ads_api_v1__campaigns() -%}
    {{ return({
        'fields': [
            'id',
            'name',
            'status',
            'type',
        ],
        'columns': {
            'campaign_id': marketing.as_text('id'),
            'campaign_name': marketing.as_text('name'),
            'status': marketing.as_text('status'),
            'channel': marketing.as_text('type'),
        },
    }) }}
{%- endmacro %}

{% macro engine_bing_ads_api_v1__ad_groups() -%}
    {{ return({
        'fields': [
            'id',
            'campaign_id',
            'name',
            'status',
        ],
        'columns': {
            'ad_group_id': marketing.as_text('id'),
            'campaign_id': marketing.as_text('campaign_id'),
            'ad_group_name': marketing.as_text('name'),
            'status': marketing.as_text('status'),
        },
    }) }}
{%- endmacro %}

{% macro engine_bing_ads_api_v1__ads() -%}
    {{ return({
        'fields': [
            'id',
            'ad_group_id',
            'title',
            'status',
        ],
        'columns': {
            'ad_id': marketing.as_text('id'),
            'ad_group_id': marketing.as_text('ad_group_id'),
            'ad_name': marketing.as_text('title'),
            'status': marketing.as_text('status'),
        },
    }) }}
{%- endmacro %}

{% macro engine_bing_ads_api_v1__account_performance_report() -%}
    {{ return({
        'fields': [
            'date',
            'spend',
            'currency_code',
            'impressions',
            'clicks',
            'conversions',
            'revenue',
        ],
        'columns': {
            'report_date': marketing.as_date('"date"'),
            'spend': marketing.as_money('spend'),
            'currency': marketing.as_text('currency_code'),
            'impressions': marketing.as_integer('impressions'),
            'clicks': marketing.as_integer('clicks'),
            'conversions': marketing.as_money('conversions'),
            'conversion_value': marketing.as_money('revenue'),
        },
    }) }}
{%- endmacro %}
