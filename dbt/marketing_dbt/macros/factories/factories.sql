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
        {{ marketing.campaign_skey() }} as campaign_skey,
        spend,
        coalesce(currency, '{{ marketing.get_tenant_config().get('currency', 'USD') }}') as currency,
        impressions, clicks, conversions, conversion_value
    from reported
    where {{ marketing.apply_tenant_logic('campaign_id') }}
{%- endmacro %}

{% macro build_fct_events() -%}
    with observed as (
        {{ marketing.union_of_kind('events') }}
    )

    select
        tenant_skey, tenant_slug, source_platform, event_name, event_at, user_pseudo_id, user_id,
        {{ marketing.visitor_skey() }} as user_skey,
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
            min(user_skey) as user_skey,
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
            cast(coalesce(sum(revenue), 0) as decimal(18, 6)) as session_revenue,
            min(case when revenue is not null then currency end) as first_currency,
            max(case when revenue is not null then currency end) as last_currency
        from numbered
        group by source_platform, user_pseudo_id, session_number
    )

    select
        tenant_skey,
        tenant_skey as session_id,
        tenant_slug, source_platform, user_pseudo_id, user_skey, session_start_at, session_end_at,
        duration_seconds, events, source, medium, campaign, country, device,
        cast(
            case
                {%- for step in steps %}
                when not has_step_{{ loop.index }} then {{ loop.index0 }}
                {%- endfor %}
                else {{ steps | length }}
            end as bigint
        ) as funnel_steps_reached,
        is_conversion_session, session_revenue,
        case when first_currency = last_currency then first_currency end as currency
    from sessions
{%- endmacro %}
