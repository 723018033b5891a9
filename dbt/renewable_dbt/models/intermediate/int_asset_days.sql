with spans as (
    select * from {{ ref('int_asset_spans') }}
),

-- each event begins an epoch: nothing that is learnt of an asset reaches across
event_numbers as (
    select {{ shared_dbt.each_integer(1, constant('asset_events_most')) }} as event_number
),

events as (
    select distinct
        spans.asset_id,
        cast(
            split_part(
                split_part(spans.asset_events, '; ', cast(event_numbers.event_number as integer)),
                ' ', 1
            ) as date
        ) as event_date
    from spans
    cross join event_numbers
    where
        split_part(spans.asset_events, '; ', cast(event_numbers.event_number as integer)) <> ''
),

epochs as (
    select
        events.asset_id,
        events.event_date as epoch_from,
        lead(events.event_date) over (
            partition by events.asset_id order by events.event_date
        ) as epoch_to,
        row_number() over (
            partition by events.asset_id order by events.event_date
        ) as curve_epoch
    from events
),

days as (
    select
        spans.*,
        {{ shared_dbt.each_day('spans.span_from', 'spans.span_to') }} as performance_date
    from spans
),

-- defaults of the method where an attribute is not given
with_defaults as (
    select
        days.asset_id,
        days.performance_date,
        days.tenant_id,
        days.portfolio,
        days.technology,
        days.parent_asset_id,
        days.is_plant,
        days.interval_minutes,
        {{ day_zone('days.day_boundary', 'days.timezone') }} as day_zone,
        days.capacity_mw,
        coalesce(days.dc_capacity_mw, days.capacity_mw) as dc_capacity_mw,
        days.latitude,
        days.longitude,
        coalesce(days.altitude_m, 0) as altitude_m,
        cast(coalesce(epochs.curve_epoch, 0) as integer) as curve_epoch,
        days.hub_height_m,
        days.cut_in_mps,
        days.cut_out_mps,
        case when days.power_curve is not null then days.valid_from end as curve_valid_from,
        coalesce(days.is_stall_regulated, false) as is_stall_regulated,
        days.tilt_deg,
        days.azimuth_deg,
        coalesce(days.tracking, 'fixed') = 'single_axis' as has_tracker,
        coalesce(days.gamma_pdc, -0.0037) as gamma_pdc,
        coalesce(days.u0, 25) as u0,
        coalesce(days.u1, 6.84) as u1,
        coalesce(days.albedo, 0.2) as albedo,
        coalesce(days.system_loss_frac, 0.11) as system_loss_frac
    from days
    left join epochs
        on
            days.asset_id = epochs.asset_id
            and days.performance_date >= epochs.epoch_from
            and (days.performance_date < epochs.epoch_to or epochs.epoch_to is null)
    where {{ shared_dbt.rebuilt('days.performance_date') }}
)

-- by day, so that a later read of the last days skips the rest of the table
select * from with_defaults
order by performance_date, asset_id
