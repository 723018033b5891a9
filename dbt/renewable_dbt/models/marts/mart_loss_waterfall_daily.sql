with daily as (
    select
        *,
        coalesce(read_electrical_loss_mwh is not null, false) as is_metered
    from {{ ref('int_performance_daily') }}
    where {{ shared_dbt.rebuilt('performance_date') }}
),

units_of_plants as (
    select
        daily.parent_asset_id as asset_id,
        daily.performance_date,
        bool_or(daily.is_metered) as has_metered_unit
    from daily
    where daily.parent_asset_id is not null
    group by daily.parent_asset_id, daily.performance_date
),

plants as (
    select
        daily.asset_id,
        daily.performance_date,
        daily.is_metered
        and not coalesce(units_of_plants.has_metered_unit, false)
        or units_of_plants.asset_id is null as is_counted_in_fleet
    from daily
    left join units_of_plants
        on
            daily.performance_date = units_of_plants.performance_date
            and daily.asset_id = units_of_plants.asset_id
    where daily.is_plant
),

-- where a meter reads on some slots, the judged slots without a reading are a gap of the data
waterfall as (
    select
        daily.asset_id,
        daily.performance_date,
        daily.tenant_id,
        daily.portfolio,
        daily.technology,
        daily.parent_asset_id,
        daily.is_plant,
        coalesce(
            case when daily.is_plant then plants.is_counted_in_fleet end,
            not parents.is_counted_in_fleet,
            true
        ) as is_counted_in_fleet,
        {%- for step, term in {
            'potential': 'expected', 'availability_loss': 'availability_loss',
            'curtailment_loss': 'curtailment_loss', 'performance_loss': 'performance_loss',
        }.items() %}
        cast(
            case
                when daily.is_metered
                    then
                        daily.{{ step }}_mwh
                        - coalesce(daily.{{ term }}_mwh_without_reading, 0)
                else daily.{{ step }}_mwh
            end as decimal(18, 9)
        ) as {{ step }}_mwh,
        {%- endfor %}
        daily.read_electrical_loss_mwh as electrical_loss_mwh,
        daily.read_net_mwh as net_generation_mwh,
        cast(
            case
                when daily.potential_mwh is not null or daily.unjudged_expected_mwh is not null
                    then
                        coalesce(daily.unjudged_expected_mwh, 0)
                        + case
                            when daily.is_metered
                                then coalesce(daily.expected_mwh_without_reading, 0)
                            else 0
                        end
            end as decimal(18, 9)
        ) as data_gap_mwh
    from daily
    left join plants
        on
            daily.performance_date = plants.performance_date
            and daily.asset_id = plants.asset_id
    left join plants as parents
        on
            daily.performance_date = parents.performance_date
            and daily.parent_asset_id = parents.asset_id
)

select * from waterfall
