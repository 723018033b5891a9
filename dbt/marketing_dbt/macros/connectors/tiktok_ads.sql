{#
  TikTok. Metrics are text, a missing one is '-'; days are the advertiser's.
#}
{% macro connector_tiktok_ads() -%}
    {{ return({
        'domain': 'paid_ads',
        'master_model': 'tiktok_ads_api_v1',
        'objects': {
            'campaigns': 'campaigns',
            'ad_groups': 'ad_groups',
            'ads': 'ads',
            'ads_reports_daily': 'ad_performance',
        },
    }) }}
{%- endmacro %}

{% macro engine_tiktok_ads_api_v1__campaigns() -%}
    {{ return({
        'fields': [
            'campaign_id',
            'campaign_name',
            'operation_status',
            'objective_type',
            'create_time',
        ],
        'columns': {
            'campaign_id': marketing.as_text('campaign_id'),
            'campaign_name': marketing.as_text('campaign_name'),
            'status': marketing.as_text('operation_status'),
            'channel': marketing.as_text('objective_type'),
            'started_on': marketing.as_time('create_time'),
        },
    }) }}
{%- endmacro %}

{% macro engine_tiktok_ads_api_v1__ad_groups() -%}
    {{ return({
        'fields': [
            'adgroup_id',
            'campaign_id',
            'adgroup_name',
            'operation_status',
        ],
        'columns': {
            'ad_group_id': marketing.as_text('adgroup_id'),
            'campaign_id': marketing.as_text('campaign_id'),
            'ad_group_name': marketing.as_text('adgroup_name'),
            'status': marketing.as_text('operation_status'),
        },
    }) }}
{%- endmacro %}

{% macro engine_tiktok_ads_api_v1__ads() -%}
    {{ return({
        'fields': [
            'ad_id',
            'adgroup_id',
            'campaign_id',
            'ad_name',
            'operation_status',
        ],
        'columns': {
            'ad_id': marketing.as_text('ad_id'),
            'ad_group_id': marketing.as_text('adgroup_id'),
            'campaign_id': marketing.as_text('campaign_id'),
            'ad_name': marketing.as_text('ad_name'),
            'status': marketing.as_text('operation_status'),
        },
    }) }}
{%- endmacro %}

{% macro engine_tiktok_ads_api_v1__ads_reports_daily() -%}
    {{ return({
        'fields': [
            'stat_time_day',
            'campaign_id',
            'adgroup_id',
            'ad_id',
            'spend',
            'impressions',
            'clicks',
            'conversion',
            'total_purchase_value',
        ],
        'columns': {
            'report_date': marketing.as_time('stat_time_day'),
            'campaign_id': marketing.as_text('campaign_id'),
            'ad_group_id': marketing.as_text('adgroup_id'),
            'ad_id': marketing.as_text('ad_id'),
            'spend': marketing.as_money('spend'),
            'impressions': marketing.as_integer('impressions'),
            'clicks': marketing.as_integer('clicks'),
            'conversions': marketing.as_money('conversion'),
            'conversion_value': marketing.as_money('total_purchase_value'),
        },
    }) }}
{%- endmacro %}
