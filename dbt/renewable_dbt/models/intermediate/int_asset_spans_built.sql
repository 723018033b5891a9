-- the marts this receipt stands for; it is written only after all of them
-- depends_on: {{ ref('dim_asset') }}
-- depends_on: {{ ref('fct_generation_weather_interval') }}
-- depends_on: {{ ref('mart_asset_performance_daily') }}
-- depends_on: {{ ref('mart_weather_adjusted_performance') }}
-- depends_on: {{ ref('mart_monthly_kpis') }}
-- depends_on: {{ ref('mart_fleet_summary') }}
{{ config(materialized='table') }}

with spans as (
    select * from {{ ref('int_asset_spans') }}
)

select * from spans
