{#
  The key of the campaign of a row, null where its report has no such grain. It is that of the
  campaign's own record: the natural key of every platform's campaigns is their id.
#}
{% macro campaign_skey() -%}
    case
        when campaign_id is not null
            then {{ marketing.gen_tenant_key_over('source_platform', ['campaign_id']) }}
    end
{%- endmacro %}

{#
  Campaigns as their platforms declare them, and those that only a report speaks of (inferred
  members): whatever is spent on a campaign finds it here.
#}
{% macro build_dim_campaigns() -%}
    with declared as (
        {{ marketing.union_of_kind('campaigns') }}
    ),

    reported as (
        select distinct campaign_skey, tenant_slug, source_platform, campaign_id
        from {{ ref('fct_ad_performance') }}
        where campaign_skey is not null
    )

    select
        tenant_skey, tenant_slug, source_platform, campaign_id, campaign_name, status, channel,
        started_on, ended_on, false as is_inferred
    from declared
    union all
    select
        reported.campaign_skey, reported.tenant_slug, reported.source_platform,
        reported.campaign_id, null, null, null, null, null, true
    from reported
    left join declared on reported.campaign_skey = declared.tenant_skey
    where declared.tenant_skey is null
{%- endmacro %}
