{#
  Amazon sponsored products. Cost is in units of the profile's currency; conversions are purchases
  within seven days.
#}
{% macro connector_amazon_ads() -%}
    {{ return({
        'domain': 'paid_ads',
        'master_model': 'amazon_ads_api_v1',
        'objects': {
            'sponsored_products_campaigns': 'campaigns',
            'sponsored_products_ad_groups': 'ad_groups',
            'sponsored_products_product_ads': 'ad_performance',
        },
    }) }}
{%- endmacro %}

{% macro engine_amazon_ads_api_v1__sponsored_products_campaigns() -%}
    {{ return({
        'fields': [
            'id',
            'name',
            'state',
            'targeting_type',
            'start_date',
            'end_date',
        ],
        'columns': {
            'campaign_id': marketing.as_text('id'),
            'campaign_name': marketing.as_text('name'),
            'status': marketing.as_text('state'),
            'channel': marketing.as_text('targeting_type'),
            'started_on': marketing.as_date('start_date'),
            'ended_on': marketing.as_date('end_date'),
        },
    }) }}
{%- endmacro %}

{% macro engine_amazon_ads_api_v1__sponsored_products_ad_groups() -%}
    {{ return({
        'fields': [
            'id',
            'campaign_id',
            'name',
            'state',
        ],
        'columns': {
            'ad_group_id': marketing.as_text('id'),
            'campaign_id': marketing.as_text('campaign_id'),
            'ad_group_name': marketing.as_text('name'),
            'status': marketing.as_text('state'),
        },
    }) }}
{%- endmacro %}

{% macro engine_amazon_ads_api_v1__sponsored_products_product_ads() -%}
    {{ return({
        'fields': [
            'date',
            'campaign_id',
            'ad_group_id',
            'ad_id',
            'cost',
            'campaign_budget_currency_code',
            'impressions',
            'clicks',
            'purchases_7d',
            'sales_7d',
        ],
        'columns': {
            'report_date': marketing.as_date('"date"'),
            'campaign_id': marketing.as_text('campaign_id'),
            'ad_group_id': marketing.as_text('ad_group_id'),
            'ad_id': marketing.as_text('ad_id'),
            'spend': marketing.as_money('cost'),
            'currency': marketing.as_text('campaign_budget_currency_code'),
            'impressions': marketing.as_integer('impressions'),
            'clicks': marketing.as_integer('clicks'),
            'conversions': marketing.as_money('purchases_7d'),
            'conversion_value': marketing.as_money('sales_7d'),
        },
    }) }}
{%- endmacro %}
