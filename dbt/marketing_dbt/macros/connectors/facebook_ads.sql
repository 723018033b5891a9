{#
  Meta's Marketing API, for Facebook and Instagram alike. Money of insights is decimal text in the
  account's currency. Conversions are purchases, out of the array `actions`.
#}
{% macro connector_facebook_ads() -%}
    {{ return({
        'domain': 'paid_ads',
        'master_model': 'facebook_ads_api_v1',
        'objects': {
            'campaigns': 'campaigns', 'ad_sets': 'ad_groups', 'ads': 'ads',
            'insights': 'ad_performance',
        },
    }) }}
{%- endmacro %}

{% macro connector_instagram_ads() -%}
    {{ return(marketing.connector_facebook_ads()) }}
{%- endmacro %}

{% macro engine_facebook_ads_api_v1__campaigns() -%}
    {{ return({
        'fields': ['id', 'name', 'effective_status', 'objective', 'start_time'],
        'columns': {
            'campaign_id': marketing.as_text('id'),
            'campaign_name': marketing.as_text('name'),
            'status': marketing.as_text('effective_status'),
            'channel': marketing.as_text('objective'),
            'started_on': marketing.as_time('start_time'),
        },
    }) }}
{%- endmacro %}

{% macro engine_facebook_ads_api_v1__ad_sets() -%}
    {{ return({
        'fields': ['id', 'name', 'campaign_id', 'effective_status'],
        'columns': {
            'ad_group_id': marketing.as_text('id'),
            'campaign_id': marketing.as_text('campaign_id'),
            'ad_group_name': marketing.as_text('name'),
            'status': marketing.as_text('effective_status'),
        },
    }) }}
{%- endmacro %}

{% macro engine_facebook_ads_api_v1__ads() -%}
    {{ return({
        'fields': ['id', 'name', 'adset_id', 'campaign_id', 'effective_status'],
        'columns': {
            'ad_id': marketing.as_text('id'),
            'ad_group_id': marketing.as_text('adset_id'),
            'campaign_id': marketing.as_text('campaign_id'),
            'ad_name': marketing.as_text('name'),
            'status': marketing.as_text('effective_status'),
        },
    }) }}
{%- endmacro %}

{% macro engine_facebook_ads_api_v1__insights() -%}
    {{ return({
        'fields': [
            'ad_id', 'adset_id', 'campaign_id', 'date_start', 'impressions', 'clicks',
            'inline_link_clicks', 'spend', 'actions', 'action_values',
        ],
        'columns': {
            'report_date': marketing.as_date('date_start'),
            'campaign_id': marketing.as_text('campaign_id'),
            'ad_group_id': marketing.as_text('adset_id'),
            'ad_id': marketing.as_text('ad_id'),
            'spend': marketing.as_money('spend'),
            'impressions': marketing.as_integer('impressions'),
            'clicks': 'coalesce(' ~ marketing.as_integer('clicks') ~ ', '
                ~ marketing.as_integer('inline_link_clicks') ~ ')',
            'conversions': marketing.sum_of_actions('actions', 'purchase'),
            'conversion_value': marketing.sum_of_actions('action_values', 'purchase'),
        },
    }) }}
{%- endmacro %}
