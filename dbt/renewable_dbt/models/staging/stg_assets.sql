with deliveries as (
    select
        assets.asset_id,
        assets._delivery_id,
        max(assets._delivered_at) as delivered_at
    from {{ source('raw', 'assets') }} as assets
    group by assets.asset_id, assets._delivery_id
),

-- a delivery declares all versions of its assets: with a later one the earlier versions are gone
latest_deliveries as (
    select
        deliveries.asset_id,
        deliveries._delivery_id
    from deliveries
    qualify
        row_number() over (
            partition by deliveries.asset_id
            order by
                deliveries.delivered_at desc nulls last,
                deliveries._delivery_id desc nulls last
        ) = 1
),

declared as (
    select assets.*
    from {{ source('raw', 'assets') }} as assets
    inner join latest_deliveries
        on
            assets.asset_id = latest_deliveries.asset_id
            and assets._delivery_id = latest_deliveries._delivery_id
),

latest as (
    {{ shared_dbt.latest_delivery('declared', ['asset_id', 'valid_from']) }}
),

typed as (
    select
        latest.asset_id,
        latest.parent_asset_id,
        latest.tenant_id,
        latest.portfolio,
        latest.name,
        latest.technology,
        {{ shared_dbt.measure('latest.capacity_mw') }} as capacity_mw,
        {{ shared_dbt.measure('latest.dc_capacity_mw') }} as dc_capacity_mw,
        {{ shared_dbt.measure('latest.latitude') }} as latitude,
        {{ shared_dbt.measure('latest.longitude') }} as longitude,
        {{ shared_dbt.measure('latest.altitude_m') }} as altitude_m,
        latest.timezone,
        coalesce(latest.day_boundary, 'utc') as day_boundary,
        latest.country,
        latest.commissioning_date,
        latest.decommissioning_date,
        cast(latest.interval_minutes as integer) as interval_minutes,
        {{ shared_dbt.measure('latest.hub_height_m') }} as hub_height_m,
        {{ shared_dbt.measure('latest.rotor_diameter_m') }} as rotor_diameter_m,
        cast(latest.n_turbines as integer) as n_turbines,
        latest.turbine_model,
        latest.power_curve_id,
        latest.power_curve,
        {{ shared_dbt.measure('latest.cut_in_mps') }} as cut_in_mps,
        {{ shared_dbt.measure('latest.cut_out_mps') }} as cut_out_mps,
        latest.stall_regulated as is_stall_regulated,
        {{ shared_dbt.measure('latest.tilt_deg') }} as tilt_deg,
        {{ shared_dbt.measure('latest.azimuth_deg') }} as azimuth_deg,
        latest.tracking,
        {{ shared_dbt.measure('latest.gamma_pdc') }} as gamma_pdc,
        {{ shared_dbt.measure('latest.u0') }} as u0,
        {{ shared_dbt.measure('latest.u1') }} as u1,
        {{ shared_dbt.measure('latest.albedo') }} as albedo,
        {{ shared_dbt.measure('latest.system_loss_frac') }} as system_loss_frac,
        {{ shared_dbt.measure('latest.electrical_loss_ref_frac') }} as electrical_loss_ref_frac,
        latest.asset_events,
        latest.valid_from,
        latest.valid_to
    from latest
)

select * from typed
