{{ marketing.build_int('amazon_ads', 'sponsored_products_campaigns') }}
