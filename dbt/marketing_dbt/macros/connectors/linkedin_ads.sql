{#
  LinkedIn. Costs are decimal text in the account's currency, the tenant's. The report by creative
  holds the same money as the one by campaign, which alone is a fact.
#}
{% macro connector_linkedin_ads() -%}
    {{ return({
        'domain': 'paid_ads',
        'master_model': 'linkedin_ads_api_v1',
        'objects': {
            'campaigns': 'campaigns',
            'ad_analytics': 'ad_performance_detail',
            'ad_analytics_by_campaign': 'ad_performance',
        },
    }) }}
{%- endmacro %}

{% macro engine_linkedin_ads_api_v1__campaigns() -%}
    {{ return({
        'fields': [
            'id',
            'name',
            'status',
            'objective_type',
            'run_schedule_start',
            'run_schedule_end',
        ],
        'columns': {
            'campaign_id': marketing.as_text('id'),
            'campaign_name': marketing.as_text('name'),
            'status': marketing.as_text('status'),
            'channel': marketing.as_text('objective_type'),
            'started_on': marketing.as_time('run_schedule_start'),
            'ended_on': marketing.as_time('run_schedule_end'),
        },
    }) }}
{%- endmacro %}

{% macro engine_linkedin_ads_api_v1__ad_analytics() -%}
    {{ return({
        'fields': [
            'start_at',
            'creative_id',
            'cost_in_local_currency',
            'impressions',
            'clicks',
            'external_website_conversions',
            'conversion_value_in_local_currency',
        ],
        'columns': {
            'report_date': marketing.as_time('start_at'),
            'ad_id': marketing.as_text('creative_id'),
            'spend': marketing.as_money('cost_in_local_currency'),
            'impressions': marketing.as_integer('impressions'),
            'clicks': marketing.as_integer('clicks'),
            'conversions': marketing.as_money('external_website_conversions'),
            'conversion_value': marketing.as_money('conversion_value_in_local_currency'),
        },
    }) }}
{%- endmacro %}

{% macro engine_linkedin_ads_api_v1__ad_analytics_by_campaign() -%}
    {{ return({
        'fields': [
            'start_at',
            'campaign_id',
            'cost_in_local_currency',
            'impressions',
            'clicks',
            'external_website_conversions',
            'conversion_value_in_local_currency',
        ],
        'columns': {
            'report_date': marketing.as_time('start_at'),
            'campaign_id': marketing.as_text('campaign_id'),
            'spend': marketing.as_money('cost_in_local_currency'),
            'impressions': marketing.as_integer('impressions'),
            'clicks': marketing.as_integer('clicks'),
            'conversions': marketing.as_money('external_website_conversions'),
            'conversion_value': marketing.as_money('conversion_value_in_local_currency'),
        },
    }) }}
{%- endmacro %}
