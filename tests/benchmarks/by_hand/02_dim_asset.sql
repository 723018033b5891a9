-- One version per asset, no plants: what these data have.
create temp table landed as
select
    asset_id,
    day_of(min(first_at), any_value(day_zone)) as first_day,
    day_of(max(last_at), any_value(day_zone)) as last_day
from (
    select asset_id, min(timestamp) as first_at, max(timestamp) as last_at
    from weather group by asset_id
    union all
    select asset_id, min(timestamp), max(timestamp)
    from generation group by asset_id
)
inner join assets using (asset_id)
group by asset_id;

create table dim_asset as
select
    md5(asset_id || '|' || valid_from::varchar) as asset_sk,
    asset_id,
    parent_asset_id,
    tenant_id,
    portfolio,
    name,
    technology,
    exact(capacity_mw) as capacity_mw,
    exact(dc_capacity_mw) as dc_capacity_mw,
    exact(latitude) as latitude,
    exact(longitude) as longitude,
    exact(altitude_m) as altitude_m,
    timezone,
    coalesce(day_boundary, 'utc') as day_boundary,
    country,
    commissioning_date,
    decommissioning_date,
    interval_minutes::integer as interval_minutes,
    exact(hub_height_m) as hub_height_m,
    exact(rotor_diameter_m) as rotor_diameter_m,
    n_turbines::integer as n_turbines,
    turbine_model,
    power_curve_id,
    exact(cut_in_mps) as cut_in_mps,
    exact(cut_out_mps) as cut_out_mps,
    stall_regulated as is_stall_regulated,
    exact(tilt_deg) as tilt_deg,
    exact(azimuth_deg) as azimuth_deg,
    tracking,
    exact(gamma_pdc) as gamma_pdc,
    exact(u0) as u0,
    exact(u1) as u1,
    exact(albedo) as albedo,
    exact(system_loss_frac) as system_loss_frac,
    exact(electrical_loss_ref_frac) as electrical_loss_ref_frac,
    null::varchar as asset_events,
    false as is_plant,
    valid_from,
    valid_to,
    valid_to is null as is_current,
    first_day as first_performance_date,
    last_day as last_performance_date
from assets
left join landed using (asset_id);
