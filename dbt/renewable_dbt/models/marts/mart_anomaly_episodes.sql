{{ config(materialized='table') }}

-- an episode ends only when later days are known, so it is made anew from the flagged days
with performance as (
    select
        asset_id,
        performance_date,
        tenant_id,
        portfolio,
        technology,
        anomaly_type,
        performance_loss_mwh
    from {{ ref('mart_weather_adjusted_performance') }}
),

-- suspect data lose no energy that could be trusted: they make episodes of their own
flagged as (
    select
        performance.*,
        performance.anomaly_type <> 'data_suspect' as is_loss,
        lag(performance.performance_date) over (
            partition by performance.asset_id, performance.anomaly_type <> 'data_suspect'
            order by performance.performance_date
        ) as previous_date
    from performance
    where performance.anomaly_type is not null
),

numbered as (
    select
        flagged.*,
        sum(
            case
                when
                    flagged.performance_date <= {{ shared_dbt.days_later(
                        'flagged.previous_date', constant('episode_gap_days') | int + 1
                    ) }}
                    then 0
                else 1
            end
        ) over (
            partition by flagged.asset_id, flagged.is_loss
            order by flagged.performance_date
            rows between unbounded preceding and current row
        ) as episode_number
    from flagged
),

types as (
    select
        numbered.asset_id,
        numbered.is_loss,
        numbered.episode_number,
        numbered.anomaly_type
    from numbered
    group by
        numbered.asset_id, numbered.is_loss, numbered.episode_number, numbered.anomaly_type
    qualify
        row_number() over (
            partition by numbered.asset_id, numbered.is_loss, numbered.episode_number
            order by
                count(*) desc,
                case numbered.anomaly_type
                    when 'unreported_outage' then 1
                    when 'sudden_loss' then 2
                    else 3
                end
        ) = 1
),

spans as (
    select
        numbered.asset_id,
        numbered.is_loss,
        numbered.episode_number,
        max_by(numbered.tenant_id, numbered.performance_date) as tenant_id,
        max_by(numbered.portfolio, numbered.performance_date) as portfolio,
        max_by(numbered.technology, numbered.performance_date) as technology,
        min(numbered.performance_date) as started_on,
        max(numbered.performance_date) as ended_on,
        cast(count(*) as integer) as flagged_days
    from numbered
    group by numbered.asset_id, numbered.is_loss, numbered.episode_number
),

-- the days between the flagged ones lost energy too
lost as (
    select
        spans.asset_id,
        spans.is_loss,
        spans.episode_number,
        {{ shared_dbt.exact_sum('performance.performance_loss_mwh') }} as estimated_loss_mwh
    from spans
    inner join performance
        on
            spans.asset_id = performance.asset_id
            and performance.performance_date between spans.started_on and spans.ended_on
    group by spans.asset_id, spans.is_loss, spans.episode_number
),

final as (
    select
        {{ dbt.hash(
            "spans.asset_id || '|' || cast(spans.started_on as varchar) || '|' || types.anomaly_type"
        ) }} as episode_id,
        spans.asset_id,
        spans.tenant_id,
        spans.portfolio,
        spans.technology,
        types.anomaly_type,
        spans.started_on,
        spans.ended_on,
        spans.flagged_days,
        lost.estimated_loss_mwh
    from spans
    inner join types
        on
            spans.asset_id = types.asset_id
            and spans.is_loss = types.is_loss
            and spans.episode_number = types.episode_number
    inner join lost
        on
            spans.asset_id = lost.asset_id
            and spans.is_loss = lost.is_loss
            and spans.episode_number = lost.episode_number
)

select * from final
