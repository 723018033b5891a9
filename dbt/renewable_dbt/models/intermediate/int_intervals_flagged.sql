{#- Channels that are compared with the slot before: what a frozen or a jumping one looks like. #}
{%- set frozen = {
    'wind': "asset_days.technology = 'wind' and candidates.wind >= "
        ~ constant('frozen_wind_above_mps'),
    'ghi': "asset_days.technology = 'solar' and candidates.ghi > "
        ~ constant('frozen_ghi_above_wm2'),
    'temperature': 'true',
    'pressure': 'true',
    'power': 'candidates.is_power_between_limits',
} %}
{%- set fewest_slots = {
    'wind': constant('frozen_wind_slots'),
    'ghi': constant('frozen_ghi_slots'),
    'temperature': fewest_frozen_air_slots('asset_days.interval_minutes'),
    'pressure': fewest_frozen_air_slots('asset_days.interval_minutes'),
    'power': constant('frozen_power_slots'),
} %}
{%- set jump = {
    'wind': constant('jump_wind_mps'),
    'temperature': constant('jump_temperature_c'),
    'pressure': constant('jump_pressure_hpa'),
} %}

with intervals as (
    select
        asset_id,
        timestamp,
        performance_date,
        {{ plausible('wind_speed_mps') }} as wind,
        {{ plausible('ghi_wm2') }} as ghi,
        {{ plausible('temperature_c') }} as temperature,
        {{ plausible('pressure_hpa') }} as pressure,
        gross_generation_mwh as power,
        coalesce(
            gross_generation_mwh > {{ constant('frozen_power_low_frac') }} * capacity_mwh
            and gross_generation_mwh < {{ constant('frozen_power_high_frac') }} * capacity_mwh
            and coalesce(curtailment_mwh, 0) <= 0,
            false
        ) as is_power_between_limits,
        is_stopped
    from {{ ref('int_intervals_conditioned') }}
    where {{ shared_dbt.rebuilt('performance_date', lookback=1) }}
),

asset_days as (
    select
        asset_id,
        performance_date,
        technology,
        interval_minutes,
        day_zone
    from {{ ref('int_asset_days') }}
    where not is_plant and {{ shared_dbt.rebuilt('performance_date', lookback=1) }}
),

with_neighbours as (
    select
        intervals.*,
        {%- for channel in frozen %}
        lag(intervals.{{ channel }}) over slots_of_asset as {{ channel }}_before,
        {%- endfor %}
        coalesce(lag(intervals.is_stopped) over slots_of_asset, false)
        or coalesce(lead(intervals.is_stopped) over slots_of_asset, false) as is_beside_stop
    from intervals
    window slots_of_asset as (partition by intervals.asset_id order by intervals.timestamp)
),

-- few slots repeat the value before them, move far from it, or stand beside a stop
candidates as (
    select with_neighbours.*
    from with_neighbours
    where
        with_neighbours.is_beside_stop
        {%- for channel in frozen %}
        or with_neighbours.{{ channel }} = with_neighbours.{{ channel }}_before
        {%- endfor %}
        {%- for channel, limit in jump.items() %}
        or abs(with_neighbours.{{ channel }} - with_neighbours.{{ channel }}_before) > {{ limit }}
        {%- endfor %}
),

repeats as (
    {%- for channel, condition in frozen.items() %}
    select
        candidates.asset_id,
        candidates.timestamp,
        '{{ channel }}' as channel,
        asset_days.interval_minutes,
        {{ fewest_slots[channel] }} as fewest_slots
    from candidates
    inner join asset_days
        on
            candidates.performance_date = asset_days.performance_date
            and candidates.asset_id = asset_days.asset_id
    where candidates.{{ channel }} = candidates.{{ channel }}_before and {{ condition }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

-- consecutive repeats share the slot they would have begun at
chained as (
    select
        repeats.*,
        {{ shared_dbt.minutes_later(
            'repeats.timestamp',
            '-repeats.interval_minutes * row_number() over ('
            ~ 'partition by repeats.asset_id, repeats.channel order by repeats.timestamp)'
        ) }} as chain
    from repeats
),

runs as (
    select
        chained.asset_id,
        chained.channel,
        chained.interval_minutes,
        min(chained.timestamp) as first_repeat,
        count(*) as repeated_slots
    from chained
    group by chained.asset_id, chained.channel, chained.interval_minutes, chained.chain
    having count(*) + 1 >= min(chained.fewest_slots)
),

slot_numbers as (
    select
        runs.*,
        {{ shared_dbt.each_integer(-1, 'runs.repeated_slots - 1') }} as slot_number
    from runs
),

jumps as (
    {%- for channel, limit in jump.items() %}
    select
        candidates.asset_id,
        candidates.timestamp,
        candidates.performance_date,
        asset_days.interval_minutes,
        '{{ channel }}' as channel,
        candidates.{{ channel }} as value,
        candidates.{{ channel }}_before as value_before,
        {{ limit }} as allowed
    from candidates
    inner join asset_days
        on
            candidates.performance_date = asset_days.performance_date
            and candidates.asset_id = asset_days.asset_id
    where abs(candidates.{{ channel }} - candidates.{{ channel }}_before) > {{ limit }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

-- one wrong reading moves twice, there and back: only the way there is its own
one_way_jumps as (
    select jumps.*
    from jumps
    left join jumps as jumps_before
        on
            jumps.asset_id = jumps_before.asset_id
            and jumps.channel = jumps_before.channel
            and jumps.timestamp = {{ shared_dbt.minutes_later(
                'jumps_before.timestamp', 'jumps_before.interval_minutes'
            ) }}
            and abs(jumps.value - jumps_before.value_before) <= jumps.allowed
    where jumps_before.asset_id is null
),

raised as (
    select
        slot_numbers.asset_id,
        {{ shared_dbt.minutes_later(
            'slot_numbers.first_repeat',
            'slot_numbers.interval_minutes * slot_numbers.slot_number'
        ) }} as timestamp,
        'frozen_' || slot_numbers.channel as flag
    from slot_numbers
    union all
    select
        one_way_jumps.asset_id,
        one_way_jumps.timestamp,
        'jump' as flag
    from one_way_jumps
    union all
    select
        candidates.asset_id,
        candidates.timestamp,
        'beside_stop' as flag
    from candidates
    where candidates.is_beside_stop
),

asset_zones as (
    select
        asset_days.asset_id,
        max(asset_days.day_zone) as day_zone
    from asset_days
    group by asset_days.asset_id
),

flagged as (
    select
        raised.asset_id,
        raised.timestamp,
        {{ day_of('raised.timestamp', 'min(asset_zones.day_zone)') }} as performance_date,
        {%- for flag in neighbour_flags() %}
        bool_or(raised.flag = '{{ flag[3:] }}') as {{ flag }},
        {%- endfor %}
        bool_or(raised.flag = 'beside_stop') as is_beside_stop
    from raised
    inner join asset_zones
        on raised.asset_id = asset_zones.asset_id
    group by raised.asset_id, raised.timestamp
),

rebuilt as (
    select flagged.*
    from flagged
    where {{ shared_dbt.rebuilt('flagged.performance_date') }}
)

select * from rebuilt
