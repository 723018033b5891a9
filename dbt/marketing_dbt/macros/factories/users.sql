{#
  Who visitors and customers are. A purchase event carries the number of a shop's order, and the
  order its customer: that is all that joins the two. Profiles are the analytics platforms' own.
#}

{# The key of a visitor or, without one, of what else is known of somebody (`other_id`). #}
{% macro user_skey(platform, user_pseudo_id, other_id='null') -%}
    {{ marketing.gen_tenant_key_over("'user'", [platform, user_pseudo_id, other_id]) }}
{%- endmacro %}

{# The key of an event's visitor, null where the platform does not know any. #}
{% macro visitor_skey() -%}
    case
        when user_pseudo_id is not null
            then {{ marketing.user_skey('source_platform', 'user_pseudo_id') }}
    end
{%- endmacro %}

{#
  Which purchase events speak of which of `orders`: one row per pair. A number alone tells where the
  tenant has one shop. Several shops use numbers again: then the order has to be of the same day, give
  or take one, and where two still are, of the same amount; what is not told apart is not joined.
#}
{% macro purchases_of(orders) -%}
    {%- set has_several_shops = marketing.sources_of(kind='orders') | length > 1 -%}
    select
        events.tenant_skey as event_skey,
        events.user_skey,
        events.source_platform,
        events.event_at,
        orders.tenant_skey as order_skey,
        coalesce(
            events.revenue = orders.total_price and events.currency = orders.currency, false
        ) as is_same_amount
    from {{ ref('fct_events') }} as events
    inner join {{ orders }} as orders on events.transaction_id = orders.order_id
    where
        events.user_skey is not null
        {%- if has_several_shops %}
        and abs(date_diff('second', events.event_at, orders.order_date)) <= 24 * 60 * 60
    qualify
        rank() over (partition by event_skey order by is_same_amount desc) = 1
        and count(*) over (partition by event_skey, is_same_amount) = 1
        {%- endif %}
{%- endmacro %}

{#
  Orders, and whose they are: the visitor of the purchase; else the visitor of the customer's latest
  order that has one; else the customer. Of several events that speak of an order, the first of the
  platform that comes first by name. An order of a guest that no event speaks of is nobody's.
#}
{% macro build_fct_orders() -%}
    with ordered as (
        {{ marketing.union_of_kind('orders') }}
    ),

    purchases as (
        {{ marketing.purchases_of('ordered') }}
    ),

    bought as (
        select
            order_skey,
            arg_min(
                user_skey, struct_pack(platform := source_platform, at := event_at, id := event_skey)
            ) as user_skey
        from purchases
        group by order_skey
    ),

    known as (
        select
            ordered.source_platform,
            ordered.customer_id,
            arg_max(
                bought.user_skey, struct_pack(at := ordered.order_date, id := ordered.tenant_skey)
            ) as user_skey
        from ordered
        inner join bought on ordered.tenant_skey = bought.order_skey
        where ordered.customer_id is not null
        group by ordered.source_platform, ordered.customer_id
    )

    select
        ordered.tenant_skey, ordered.tenant_slug, ordered.source_platform, ordered.order_id,
        ordered.order_date, ordered.total_price, ordered.currency, ordered.financial_status,
        ordered.customer_email, ordered.customer_id,
        coalesce(
            bought.user_skey, known.user_skey,
            case
                when ordered.customer_id is not null
                    then {{ marketing.user_skey('ordered.source_platform', 'null', 'ordered.customer_id') }}
            end
        ) as user_skey,
        ordered.line_items_json
    from ordered
    left join bought on ordered.tenant_skey = bought.order_skey
    left join known
        on ordered.source_platform = known.source_platform
        and ordered.customer_id = known.customer_id
{%- endmacro %}

{# The customer of the latest of a group's `orders`: platform, id, email. #}
{% macro latest_customer(orders) -%}
    arg_max(
        struct_pack(
            platform := {{ orders }}.source_platform, id := {{ orders }}.customer_id,
            email := {{ orders }}.customer_email
        ),
        struct_pack(at := {{ orders }}.order_date, skey := {{ orders }}.tenant_skey)
    )
{%- endmacro %}

{#
  Visitors with their platform's profile and with the customer that their latest order tells of;
  profiles without an event, and customers that no purchase speaks of. Every order counts for one
  person, the one that its user_skey names.
#}
{% macro build_dim_users() -%}
    with seen as (
        {{ marketing.union_of_kind('events') }}
    ),

    profiles as (
        {{ marketing.union_of_kind('users') }}
    ),

    visitors as (
        select
            source_platform,
            user_pseudo_id,
            {%- for column in ['user_id', 'profile_id', 'country'] %}
            arg_max({{ column }}, struct_pack(at := event_at, skey := tenant_skey)) as {{ column }},
            {%- endfor %}
            min(event_at) as first_seen_at,
            max(event_at) as last_seen_at,
            count(*) as events
        from seen
        where user_pseudo_id is not null
        group by source_platform, user_pseudo_id
    ),

    known as (
        select
            coalesce(visitors.source_platform, profiles.source_platform) as source_platform,
            coalesce(visitors.user_pseudo_id, profiles.user_pseudo_id) as user_pseudo_id,
            coalesce(visitors.profile_id, profiles.profile_id) as profile_id,
            coalesce(profiles.user_id, visitors.user_id) as user_id,
            profiles.user_name,
            profiles.email,
            coalesce(profiles.country, visitors.country) as country,
            coalesce(visitors.first_seen_at, profiles.first_seen_at) as first_seen_at,
            coalesce(visitors.last_seen_at, profiles.last_seen_at) as last_seen_at,
            coalesce(visitors.events, 0) as events
        from visitors
        full join profiles
            on visitors.source_platform = profiles.source_platform
            and visitors.profile_id = profiles.profile_id
    ),

    people as (
        select
            {{ marketing.user_skey('source_platform', 'user_pseudo_id', 'case when user_pseudo_id is null then profile_id end') }}
                as user_skey,
            *
        from known
    ),

    purchases as (
        {{ marketing.purchases_of(ref('fct_orders')) }}
    ),

    identified as (
        select
            purchases.user_skey,
            {{ marketing.latest_customer('orders') }} as customer
        from purchases
        inner join {{ ref('fct_orders') }} as orders on purchases.order_skey = orders.tenant_skey
        group by purchases.user_skey
    ),

    buyers as (
        select
            user_skey,
            {{ marketing.latest_customer('orders') }} as customer,
            min(order_date) as first_seen_at,
            max(order_date) as last_seen_at,
            count(*) as orders
        from {{ ref('fct_orders') }} as orders
        where user_skey is not null
        group by user_skey
    )

    select
        coalesce(people.user_skey, buyers.user_skey) as tenant_skey,
        '{{ marketing.tenant() }}' as tenant_slug,
        coalesce(people.source_platform, buyers.customer.platform) as source_platform,
        people.user_pseudo_id, people.user_id, people.user_name, people.email, people.country,
        coalesce(identified.customer, buyers.customer).platform as customer_platform,
        coalesce(identified.customer, buyers.customer).id as customer_id,
        coalesce(identified.customer, buyers.customer).email as customer_email,
        least(people.first_seen_at, buyers.first_seen_at) as first_seen_at,
        greatest(people.last_seen_at, buyers.last_seen_at) as last_seen_at,
        coalesce(people.events, 0) as events,
        coalesce(buyers.orders, 0) as orders
    from people
    full join buyers on people.user_skey = buyers.user_skey
    left join identified on people.user_skey = identified.user_skey
{%- endmacro %}
