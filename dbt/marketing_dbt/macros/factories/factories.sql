{#
  The star schema of a tenant, put together from whatever sources it has. A source the tenant lacks
  is skipped; without any the table is empty and has the right types. No factory parses JSON.
#}

{# Rows a tenant's own rules leave out: campaigns it excludes, by id. #}
{% macro apply_tenant_logic(campaign_column) -%}
    {%- set excluded = marketing.get_client_logic('excluded_campaigns', []) -%}
    {%- if excluded -%}
        coalesce({{ campaign_column }} not in {{ marketing.sql_list(excluded) }}, true)
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{% macro build_fct_ad_performance() -%}
    with reported as (
        {{ marketing.union_of_kind('ad_performance') }}
    )

    select
        tenant_skey, tenant_slug, source_platform, report_date, campaign_id, ad_group_id, ad_id,
        spend,
        coalesce(currency, '{{ marketing.get_tenant_config().get('currency', 'USD') }}') as currency,
        impressions, clicks, conversions, conversion_value
    from reported
    where {{ marketing.apply_tenant_logic('campaign_id') }}
{%- endmacro %}

{% macro build_fct_orders() -%}
    with ordered as (
        {{ marketing.union_of_kind('orders') }}
    )

    select
        tenant_skey, tenant_slug, source_platform, order_id, order_date, total_price, currency,
        financial_status, customer_email, customer_id, line_items_json
    from ordered
{%- endmacro %}

{% macro build_fct_events() -%}
    with observed as (
        {{ marketing.union_of_kind('events') }}
    )

    select
        tenant_skey, tenant_slug, source_platform, event_name, event_at, user_pseudo_id, user_id,
        source, medium, campaign, country, device, transaction_id, revenue, currency,
        coalesce(
            event_name in {{ marketing.sql_list(marketing.get_client_logic('conversion_events', [])) }},
            false
        ) as is_conversion_event
    from observed
{%- endmacro %}

{# A visit ends after so many minutes without an event: the tenant's session_minutes (30). #}
{% macro build_fct_sessions() -%}
    {%- set visitor = 'partition by source_platform, user_pseudo_id order by event_at, tenant_skey' -%}
    {%- set first = 'struct_pack(at := event_at, skey := tenant_skey)' -%}
    {%- set steps = marketing.get_client_logic('funnel_steps', []) -%}
    with gaps as (
        select
            *,
            lag(event_at) over ({{ visitor }}) as previous_at
        from {{ ref('fct_events') }}
    ),

    numbered as (
        select
            *,
            sum(
                case
                    when previous_at is null
                        or event_at > previous_at
                        + interval {{ marketing.get_client_logic('session_minutes', 30) }} minute
                        then 1
                    else 0
                end
            ) over ({{ visitor }} rows unbounded preceding) as session_number
        from gaps
    ),

    sessions as (
        select
            md5(concat('session', arg_min(tenant_skey, {{ first }}))) as tenant_skey,
            min(tenant_slug) as tenant_slug,
            source_platform,
            user_pseudo_id,
            min(event_at) as session_start_at,
            max(event_at) as session_end_at,
            date_diff('second', min(event_at), max(event_at)) as duration_seconds,
            count(*) as events,
            arg_min(source, {{ first }}) as source,
            arg_min(medium, {{ first }}) as medium,
            arg_min(campaign, {{ first }}) as campaign,
            arg_min(country, {{ first }}) as country,
            arg_min(device, {{ first }}) as device,
            {%- for step in steps %}
            bool_or(event_name = '{{ step | replace("'", "''") }}') as has_step_{{ loop.index }},
            {%- endfor %}
            bool_or(is_conversion_event) as is_conversion_session,
            cast(coalesce(sum(revenue), 0) as decimal(18, 6)) as session_revenue
        from numbered
        group by source_platform, user_pseudo_id, session_number
    )

    select
        tenant_skey,
        tenant_skey as session_id,
        tenant_slug, source_platform, user_pseudo_id, session_start_at, session_end_at,
        duration_seconds, events, source, medium, campaign, country, device,
        cast(
            case
                {%- for step in steps %}
                when not has_step_{{ loop.index }} then {{ loop.index0 }}
                {%- endfor %}
                else {{ steps | length }}
            end as bigint
        ) as funnel_steps_reached,
        is_conversion_session, session_revenue
    from sessions
{%- endmacro %}

{% macro build_dim_campaigns() -%}
    with declared as (
        {{ marketing.union_of_kind('campaigns') }}
    )

    select
        tenant_skey, tenant_slug, source_platform, campaign_id, campaign_name, status, channel,
        started_on, ended_on
    from declared
{%- endmacro %}

{#
  Visitors, and who they are: a purchase event carries the number of the shop's order, and the order
  its customer. Customers no purchase event speaks of follow as they are.
#}
{% macro build_dim_users() -%}
    with visitors as (
        select
            source_platform,
            user_pseudo_id,
            min(event_at) as first_seen_at,
            max(event_at) as last_seen_at,
            count(*) as events
        from {{ ref('fct_events') }}
        group by source_platform, user_pseudo_id
    ),

    identified as (
        select
            events.source_platform,
            events.user_pseudo_id,
            arg_max(orders.customer_id, struct_pack(at := orders.order_date, id := orders.order_id))
                as customer_id,
            arg_max(
                orders.customer_email, struct_pack(at := orders.order_date, id := orders.order_id)
            ) as customer_email,
            count(distinct orders.tenant_skey) as orders
        from {{ ref('fct_events') }} as events
        inner join {{ ref('fct_orders') }} as orders on events.transaction_id = orders.order_id
        group by events.source_platform, events.user_pseudo_id
    ),

    customers as (
        select
            orders.source_platform,
            orders.customer_id,
            arg_max(
                orders.customer_email, struct_pack(at := orders.order_date, id := orders.order_id)
            ) as customer_email,
            min(orders.order_date) as first_seen_at,
            max(orders.order_date) as last_seen_at,
            count(*) as orders
        from {{ ref('fct_orders') }} as orders
        left join identified on orders.customer_id = identified.customer_id
        where orders.customer_id is not null and identified.customer_id is null
        group by orders.source_platform, orders.customer_id
    ),

    people as (
        select
            visitors.source_platform,
            visitors.user_pseudo_id,
            identified.customer_id,
            identified.customer_email,
            visitors.first_seen_at,
            visitors.last_seen_at,
            visitors.events,
            coalesce(identified.orders, 0) as orders
        from visitors
        left join identified
            on visitors.source_platform = identified.source_platform
            and visitors.user_pseudo_id = identified.user_pseudo_id
        union all
        select
            source_platform, cast(null as varchar), customer_id, customer_email, first_seen_at,
            last_seen_at, 0, orders
        from customers
    )

    select
        {{ marketing.gen_tenant_key('user', ['source_platform', 'user_pseudo_id', "case when user_pseudo_id is null then customer_id end"]) }}
            as tenant_skey,
        '{{ marketing.tenant() }}' as tenant_slug,
        source_platform, user_pseudo_id, customer_id, customer_email, first_seen_at, last_seen_at,
        events, orders
    from people
{%- endmacro %}
