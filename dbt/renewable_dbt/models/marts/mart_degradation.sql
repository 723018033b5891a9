{{ config(materialized='table') }}

with weekly as (
    select * from {{ ref('int_baseline_weekly') }}
),

asset_days as (
    select
        asset_id,
        max(tenant_id) as tenant_id,
        max(technology) as technology
    from {{ ref('int_asset_days') }}
    group by asset_id
),

numbered as (
    select
        weekly.*,
        min(weekly.week_number) over (partition by weekly.asset_id) as first_week
    from weekly
),

first_years as (
    select
        numbered.asset_id,
        median(cast(numbered.week_index as double)) as first_year_index
    from numbered
    where numbered.week_number < numbered.first_week + 52
    group by numbered.asset_id
),

-- a week against the same one a year before: seasons cancel (52 weeks are 364 days)
pairs as (
    select
        later.asset_id,
        row_number() over (partition by later.asset_id order by later.week_number) - 1
            as pair_number,
        count(*) over (partition by later.asset_id) as pairs,
        later.week_number - later.first_week as age_weeks,
        100e0
        * cast(later.week_index - earlier.week_index as double)
        / first_years.first_year_index
        * 365.25e0 / 364e0 as rate_pct_per_year
    from numbered as later
    inner join numbered as earlier
        on
            later.asset_id = earlier.asset_id
            and later.week_number = earlier.week_number + 52
    inner join first_years
        on later.asset_id = first_years.asset_id
),

rates as (
    select
        pairs.asset_id,
        pairs.pairs,
        max(pairs.age_weeks) as age_weeks,
        median(pairs.rate_pct_per_year) as rate_pct_per_year
    from pairs
    group by pairs.asset_id, pairs.pairs
),

-- two years of data give a year of pairs
enough as (
    select * from rates
    where
        age_weeks >= {{ constant('degradation_weeks') }}
        and pairs >= {{ constant('degradation_pairs') }}
),

draws as (
    select
        enough.asset_id,
        enough.pairs,
        samples.sample_number,
        {{ shared_dbt.each_integer(0, 'enough.pairs - 1') }} as draw_number
    from enough
    cross join (
        select {{ shared_dbt.each_integer(1, constant('bootstrap_samples')) }} as sample_number
    ) as samples
),

-- bootstrap: each sample draws as many pairs as there are, with replacement; the draw is a function
-- of its number (three steps of a multiplicative congruential generator), so that it repeats
drawn as (
    select
        draws.asset_id,
        draws.sample_number,
        cast(floor(
            cast({{ scattered('draws.sample_number * 1000003 + draws.draw_number') }} as double)
            / 2147483647e0 * draws.pairs
        ) as bigint) as pair_number
    from draws
),

samples as (
    select
        drawn.asset_id,
        drawn.sample_number,
        median(pairs.rate_pct_per_year) as rate_pct_per_year
    from drawn
    inner join pairs
        on
            drawn.asset_id = pairs.asset_id
            and drawn.pair_number = pairs.pair_number
    group by drawn.asset_id, drawn.sample_number
),

intervals as (
    select
        samples.asset_id,
        percentile_cont(0.025) within group (order by samples.rate_pct_per_year) as low,
        percentile_cont(0.975) within group (order by samples.rate_pct_per_year) as high
    from samples
    group by samples.asset_id
),

final as (
    select
        enough.asset_id,
        asset_days.tenant_id,
        asset_days.technology,
        cast(enough.pairs as integer) as week_pairs,
        {{ shared_dbt.measure('enough.rate_pct_per_year') }} as rate_pct_per_year,
        {{ shared_dbt.measure('intervals.low') }} as rate_low_pct_per_year,
        {{ shared_dbt.measure('intervals.high') }} as rate_high_pct_per_year
    from enough
    inner join intervals
        on enough.asset_id = intervals.asset_id
    inner join asset_days
        on enough.asset_id = asset_days.asset_id
)

select * from final
