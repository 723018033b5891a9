-- Flags that take the slots before and after: frozen channels and jumps.
create temp table flagged as
with channels as (
    select
        m.asset_id,
        m.timestamp,
        a.technology,
        a.interval_minutes,
        case when m.wind_speed_mps between 0 and 50 then m.wind_speed_mps end as wind,
        case when m.ghi between -6 and 1500 then m.ghi end as ghi,
        case when m.temperature_c between -45 and 55 then m.temperature_c end as temperature,
        case when m.pressure_hpa between 600 and 1080 then m.pressure_hpa end as pressure,
        m.gross as power,
        exact(m.gross) > 0.05 * exact(m.capacity) and exact(m.gross) < 0.97 * exact(m.capacity)
        and coalesce(m.curtailment_mwh, 0) <= 0 as is_between_limits
    from measured as m
    inner join assets as a using (asset_id)
),

compared as (
    select
        *,
        lag(wind) over by_time as wind_before,
        lag(ghi) over by_time as ghi_before,
        lag(temperature) over by_time as temperature_before,
        lag(pressure) over by_time as pressure_before,
        lag(power) over by_time as power_before
    from channels
    window by_time as (partition by asset_id order by timestamp)
),

repeats as (
    select asset_id, timestamp, interval_minutes, 'wind' as channel, 3 as fewest
    from compared
    where technology = 'wind' and wind = wind_before and wind >= 1.5
    union all
    select asset_id, timestamp, interval_minutes, 'ghi', 3
    from compared
    where technology = 'solar' and ghi = ghi_before and ghi > 5
    union all
    select asset_id, timestamp, interval_minutes, 'temperature', least(20, 360 // interval_minutes)
    from compared
    where temperature = temperature_before
    union all
    select asset_id, timestamp, interval_minutes, 'pressure', least(20, 360 // interval_minutes)
    from compared
    where pressure = pressure_before
    union all
    select asset_id, timestamp, interval_minutes, 'power', 6
    from compared
    where power = power_before and is_between_limits
),

islands as (
    select
        *,
        timestamp - to_minutes(interval_minutes * row_number() over (
            partition by asset_id, channel order by timestamp
        )) as island
    from repeats
),

frozen as (
    select
        asset_id,
        'frozen_' || channel as flag,
        unnest(generate_series(
            min(timestamp) - to_minutes(interval_minutes), max(timestamp),
            to_minutes(interval_minutes)
        )) as timestamp
    from islands
    group by asset_id, channel, interval_minutes, island
    having count(*) + 1 >= max(fewest)
),

jumps as (
    select asset_id, timestamp, interval_minutes, 'wind' as channel, 15 as allowed,
        wind as value, wind_before as value_before
    from compared
    where abs(exact(wind) - exact(wind_before)) > 15
    union all
    select asset_id, timestamp, interval_minutes, 'temperature', 8,
        temperature, temperature_before
    from compared
    where abs(exact(temperature) - exact(temperature_before)) > 8
    union all
    select asset_id, timestamp, interval_minutes, 'pressure', 5, pressure, pressure_before
    from compared
    where abs(exact(pressure) - exact(pressure_before)) > 5
),

-- the way back is not a jump of its own
one_way as (
    select j.asset_id, 'jump' as flag, j.timestamp
    from jumps as j
    anti join jumps as b
        on
            j.asset_id = b.asset_id
            and j.channel = b.channel
            and j.timestamp = b.timestamp + to_minutes(b.interval_minutes)
            and abs(exact(j.value) - exact(b.value_before)) <= j.allowed
)

select
    asset_id,
    timestamp,
    bool_or(flag = 'frozen_wind') as is_frozen_wind,
    bool_or(flag = 'frozen_ghi') as is_frozen_ghi,
    bool_or(flag = 'frozen_temperature') as is_frozen_temperature,
    bool_or(flag = 'frozen_pressure') as is_frozen_pressure,
    bool_or(flag = 'frozen_power') as is_frozen_power,
    bool_or(flag = 'jump') as is_jump
from (from frozen union all by name from one_way)
group by asset_id, timestamp;
