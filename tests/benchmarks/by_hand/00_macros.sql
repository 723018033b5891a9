-- What is written more than once.
-- A day without a zone is a UTC day.
create macro day_of(moment, zone) as
    case
        when zone is null then moment::date
        else timezone(zone, timezone('UTC', moment))::date
    end;
create macro midnight(day, zone) as
    case
        when zone is null then day::timestamp
        else timezone('UTC', timezone(zone, day::timestamp))
    end;
create macro exact(x) as cast(x as decimal(18, 9));
create macro ratio(numerator, denominator) as
    cast(cast(numerator as double) / nullif(cast(denominator as double), 0) as decimal(18, 9));
create macro mean(total, n) as ratio(total, n);
create macro air_density(t, p, rh) as (
    p * 100e0 / 287.058e0
    - rh / 100e0 * 2.05e-5 * exp(0.0631846e0 * (t + 273.15e0)) * (1e0 / 287.058e0 - 1e0 / 461.5e0)
) / (t + 273.15e0);
create macro interpolated(x, from_speed, from_power, to_speed, to_power) as
    case
        when from_speed is null then 0e0
        when to_speed is null then cast(from_power as double)
        else
            cast(from_power as double)
            + cast(to_power - from_power as double)
            * cast(x - from_speed as double) / cast(to_speed - from_speed as double)
    end;
create macro score(achievement) as
    cast(100 * case when achievement < 0 then 0 when achievement > 1 then 1 else achievement end
        as decimal(9, 6));
create macro score_if(achievement, judged_frac, potential, full_load) as
    case when judged_frac >= 0.80 and potential >= 0.03 * full_load then score(achievement) end;
create macro rating(score) as
    case
        when score >= 97 then 'A'
        when score >= 94 then 'B'
        when score >= 90 then 'C'
        when score >= 80 then 'D'
        when score is not null then 'E'
        else 'not_rated'
    end;
create macro pearson(n, sx, sy, sxx, syy, sxy, fewest) as
    case
        when n >= fewest and n * sxx - sx * sx > 0 and n * syy - sy * sy > 0
            then cast(greatest(-1e0, least(1e0,
                cast(n * sxy - sx * sy as double)
                / (sqrt(cast(n * sxx - sx * sx as double)) * sqrt(cast(n * syy - sy * sy as double)))
            )) as decimal(9, 6))
    end;
create macro on_curve(x, own_s, own_p, previous_s, previous_p, next_s, next_p) as
    case
        when own_s is not null and x >= own_s then interpolated(x, own_s, own_p, next_s, next_p)
        when own_s is not null then interpolated(x, previous_s, previous_p, own_s, own_p)
        else interpolated(x, previous_s, previous_p, next_s, next_p)
    end;
create macro stands_still(is_weather_valid, is_generation_valid, availability, curtailment, gross, capacity) as
    is_weather_valid and is_generation_valid
    and coalesce(availability, 100) >= 99 and coalesce(curtailment, 0) = 0
    and gross::double < 0.01e0 * capacity::double;

create macro ratio_if(is_enough, actual, expected) as
    case when is_enough then actual::double / expected::double end;
create macro is_low(span_index, past, sigma) as
    span_index < past - 3e0 * sigma and span_index < past - 0.03e0;

-- How far the days of a relation lie from their own past: z, and three reasons for suspicion.
-- Suspected days are judged, but what is usual is taken from the others.
create macro deviating(relation) as table
    with measured as (
        select
            *,
            is_valid and not is_suspected as is_usual,
            case when is_valid then ln(greatest(actual::double / expected::double, 0.01e0)) end
                as deviation,
            case when is_usual then deviation end as usual_deviation
        from query_table(relation)
    ),

    with_past as (
        select
            *,
            count(usual_deviation) over before as past_days,
            median(usual_deviation) over before as past_median,
            greatest(1.4826e0 * mad(usual_deviation) over before, 0.015e0) as sigma,
            ratio_if(
                count(*) filter (is_valid) over week >= 4,
                sum(actual) filter (is_valid) over week,
                sum(expected) filter (is_valid) over week
            ) as week_index,
            ratio_if(
                count(*) filter (is_usual) over week >= 4,
                sum(actual) filter (is_usual) over week,
                sum(expected) filter (is_usual) over week
            ) as usual_week_index,
            ratio_if(
                count(*) filter (is_valid) over fortnight >= 8,
                sum(actual) filter (is_valid) over fortnight,
                sum(expected) filter (is_valid) over fortnight
            ) as fortnight_index,
            ratio_if(
                count(*) filter (is_usual) over fortnight >= 8,
                sum(actual) filter (is_usual) over fortnight,
                sum(expected) filter (is_usual) over fortnight
            ) as usual_fortnight_index
        from measured
        window
            before as (
                partition by asset_id order by performance_date
                range between interval 60 day preceding and interval 1 day preceding
            ),
            week as (
                partition by asset_id order by performance_date
                range between interval 6 day preceding and current row
            ),
            fortnight as (
                partition by asset_id order by performance_date
                range between interval 13 day preceding and current row
            )
    ),

    with_spans as (
        select
            *,
            case when past_days >= 15 then (deviation - past_median) / sigma end as z,
            count(usual_week_index) over weeks as past_weeks,
            median(usual_week_index) over weeks as past_week,
            1.4826e0 * mad(usual_week_index) over weeks as past_week_sigma,
            count(usual_fortnight_index) over fortnights as past_fortnights,
            median(usual_fortnight_index) over fortnights as past_fortnight,
            1.4826e0 * mad(usual_fortnight_index) over fortnights as past_fortnight_sigma
        from with_past
        window
            weeks as (
                partition by asset_id order by performance_date
                range between interval 120 day preceding and interval 14 day preceding
            ),
            fortnights as (
                partition by asset_id order by performance_date
                range between interval 120 day preceding and interval 21 day preceding
            )
    ),

    with_lows as (
        select
            *,
            past_weeks >= 15 and is_low(week_index, past_week, past_week_sigma) as is_low_week,
            past_fortnights >= 15
            and is_low(fortnight_index, past_fortnight, past_fortnight_sigma) as is_low_fortnight
        from with_spans
    )

    select
        *,
        coalesce(dead_minutes >= 120, false) as is_dead,
        coalesce(z < -4e0 and lost > 0.01 * full_load, false) as is_sudden,
        coalesce(is_low_week, false) or coalesce(is_low_fortnight, false) as is_sustained,
        coalesce(is_low_week and exp(deviation) < past_week - 0.05e0, false)
        or coalesce(is_low_fortnight and exp(deviation) < past_fortnight - 0.05e0, false)
            as is_sustained_and_low
    from with_lows;

-- Days with an alarm, and the seven after each.
create macro alarming(relation) as table
    select asset_id, performance_date, is_below_full_power
    from deviating(relation)
    qualify bool_or(is_dead or is_sudden or is_sustained or is_below_full_power) over (
        partition by asset_id order by performance_date
        range between interval 7 day preceding and current row
    );
