-- Every slot of every asset with what was measured in it. Wind and solar go separate ways from here.
create temp table slots as
select
    a.asset_id,
    s.timestamp,
    day_of(s.timestamp, a.day_zone) as performance_date
from assets as a
inner join landed as l using (asset_id),
    lateral (
        select unnest(generate_series(
            midnight(l.first_day, a.day_zone),
            midnight(l.last_day + 1, a.day_zone) - to_minutes(a.interval_minutes),
            to_minutes(a.interval_minutes)
        )) as timestamp
    ) as s;

create temp table measured as
select
    s.asset_id,
    s.timestamp,
    s.performance_date,
    w.wind_speed_mps,
    w.wind_direction_deg,
    w.ghi,
    w.temperature_c,
    w.pressure_hpa,
    w.relative_humidity,
    w.source_class,
    g.gross_generation_mwh as gross,
    g.net_generation_mwh as net,
    g.curtailment_mwh,
    g.availability_pct,
    g.asset_capacity_mw,
    case when g.asset_capacity_mw > 0 then g.asset_capacity_mw else a.capacity_mw end
    * a.interval_minutes / 60e0 as capacity
from slots as s
inner join assets as a using (asset_id)
left join weather as w using (asset_id, timestamp)
left join generation as g using (asset_id, timestamp);

drop table slots;

-- What holds for both technologies.
create macro in_range(x, low, high) as coalesce(x between low and high, true);
create macro weather_out_of_range(speed, direction, ghi, t, p, rh) as not (
    in_range(speed, 0, 50)
    and coalesce(direction >= 0 and direction < 360, true)
    and in_range(ghi, -6, 1500)
    and in_range(t, -45, 55)
    and in_range(p, 600, 1080)
    and in_range(rh, 0, 100)
);
create macro energy_out_of_range(x, capacity) as
    not in_range(x, -0.05e0 * capacity, 1.05e0 * capacity);
create macro is_unbalanced(gross, net, capacity, curtailment, availability) as (
    coalesce(net > gross + 0.001e0 * capacity, false)
    or coalesce(curtailment > 0 and gross >= 0.999e0 * capacity, false)
    or coalesce(gross > 0.02e0 * capacity and availability = 0, false)
);
create macro is_idle(availability, curtailment, capacity) as (
    coalesce(availability between 0 and 99 and availability < 99, false)
    or coalesce(curtailment > 0.001e0 * capacity, false)
);
