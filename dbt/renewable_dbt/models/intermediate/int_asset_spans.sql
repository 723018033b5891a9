{{ config(materialized='table') }}

with assets as (
    select * from {{ ref('stg_assets') }}
),

landed_days as (
    select * from {{ ref('int_landed_days') }}
),

units as (
    select distinct
        assets.asset_id,
        assets.parent_asset_id
    from assets
    where assets.parent_asset_id is not null
),

-- a plant is seen through its own rows and through those of its units
landed_by_asset as (
    select
        landed_days.asset_id,
        landed_days.landed_date
    from landed_days
    union all
    select
        units.parent_asset_id as asset_id,
        landed_days.landed_date
    from landed_days
    inner join units
        on landed_days.asset_id = units.asset_id
),

landed_span as (
    select
        landed_by_asset.asset_id,
        min(landed_by_asset.landed_date) as first_landed_date,
        max(landed_by_asset.landed_date) as last_landed_date
    from landed_by_asset
    group by landed_by_asset.asset_id
),

-- measured energy outside every version's validity is not dropped: a version holds until the next
-- one begins, and the first also covers what came before it
ordered_versions as (
    select
        assets.*,
        assets.asset_id in (select units.parent_asset_id from units) as is_plant,
        lag(assets.valid_from) over (
            partition by assets.asset_id order by assets.valid_from nulls first
        ) as previous_valid_from,
        lead(assets.valid_from) over (
            partition by assets.asset_id order by assets.valid_from nulls first
        ) as next_valid_from
    from assets
),

held as (
    select
        ordered_versions.*,
        case
            when
                ordered_versions.previous_valid_from is null
                or landed_span.first_landed_date is null
                then landed_span.first_landed_date
            else greatest(landed_span.first_landed_date, ordered_versions.valid_from)
        end as held_from,
        case
            when ordered_versions.next_valid_from is null then landed_span.last_landed_date
            else
                least(
                    landed_span.last_landed_date,
                    {{ shared_dbt.days_later('ordered_versions.next_valid_from', -1) }}
                )
        end as held_to
    from ordered_versions
    left join landed_span
        on ordered_versions.asset_id = landed_span.asset_id
),

spans as (
    select
        held.asset_id,
        held.valid_from,
        held.valid_to,
        held.power_curve,
        {%- for column in asset_attributes() %}
        held.{{ column }},
        {%- endfor %}
        case when held.held_from <= held.held_to then held.held_from end as span_from,
        case when held.held_from <= held.held_to then held.held_to end as span_to
    from held
)

select * from spans
