-- What is written more than once.
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
