{# Functions that differ between engines: one macro each, dispatched by adapter. #}

{# Seconds since 1970-01-01 of a UTC timestamp, as DOUBLE. #}
{% macro epoch_seconds(timestamp) -%}
    {{ return(adapter.dispatch('epoch_seconds', 'shared_dbt')(timestamp)) }}
{%- endmacro %}

{% macro default__epoch_seconds(timestamp) -%}
    cast(epoch({{ timestamp }}) as double)
{%- endmacro %}

{% macro spark__epoch_seconds(timestamp) -%}
    cast(unix_timestamp({{ timestamp }}) as double)
{%- endmacro %}

{# Day of the year, 1 to 366. #}
{% macro day_of_year(date) -%}
    {{ return(adapter.dispatch('day_of_year', 'shared_dbt')(date)) }}
{%- endmacro %}

{% macro default__day_of_year(date) -%}
    dayofyear({{ date }})
{%- endmacro %}

{# One row per day from first to last, both included; use as a column of a select list. #}
{% macro each_day(first_day, last_day) -%}
    {{ return(adapter.dispatch('each_day', 'shared_dbt')(first_day, last_day)) }}
{%- endmacro %}

{% macro default__each_day(first_day, last_day) -%}
    cast(unnest(generate_series({{ first_day }}, {{ last_day }}, interval 1 day)) as date)
{%- endmacro %}

{% macro spark__each_day(first_day, last_day) -%}
    explode(sequence({{ first_day }}, {{ last_day }}, interval 1 day))
{%- endmacro %}

{# One row per integer from `first` up to and including `last`; use as a column of a select list. #}
{% macro each_integer(first, last, step=1) -%}
    {{ return(adapter.dispatch('each_integer', 'shared_dbt')(first, last, step)) }}
{%- endmacro %}

{% macro default__each_integer(first, last, step) -%}
    unnest(generate_series({{ first }}, {{ last }}, {{ step }}))
{%- endmacro %}

{% macro spark__each_integer(first, last, step) -%}
    explode(sequence({{ first }}, {{ last }}, {{ step }}))
{%- endmacro %}

{# A timestamp some whole minutes later. #}
{% macro minutes_later(timestamp, minutes) -%}
    {{ return(adapter.dispatch('minutes_later', 'shared_dbt')(timestamp, minutes)) }}
{%- endmacro %}

{% macro default__minutes_later(timestamp, minutes) -%}
    {{ timestamp }} + to_minutes({{ minutes }})
{%- endmacro %}

{% macro spark__minutes_later(timestamp, minutes) -%}
    {{ timestamp }} + make_dt_interval(0, 0, {{ minutes }})
{%- endmacro %}

{# The wall clock of a zone (IANA name) at a UTC timestamp. #}
{% macro local_time(timestamp, zone) -%}
    {{ return(adapter.dispatch('local_time', 'shared_dbt')(timestamp, zone)) }}
{%- endmacro %}

{% macro default__local_time(timestamp, zone) -%}
    timezone({{ zone }}, timezone('UTC', {{ timestamp }}))
{%- endmacro %}

{% macro spark__local_time(timestamp, zone) -%}
    from_utc_timestamp({{ timestamp }}, {{ zone }})
{%- endmacro %}

{# A date some whole days later, as DATE. #}
{% macro days_later(date, days) -%}
    {{ return(adapter.dispatch('days_later', 'shared_dbt')(date, days)) }}
{%- endmacro %}

{% macro default__days_later(date, days) -%}
    cast({{ date }} + to_days({{ days }}) as date)
{%- endmacro %}

{% macro spark__days_later(date, days) -%}
    date_add({{ date }}, {{ days }})
{%- endmacro %}

{# Start of the slot of so many minutes that a timestamp falls into, counted from midnight UTC. #}
{% macro slot_start(timestamp, minutes) -%}
    {{ return(adapter.dispatch('slot_start', 'shared_dbt')(timestamp, minutes)) }}
{%- endmacro %}

{% macro default__slot_start(timestamp, minutes) -%}
    time_bucket(to_minutes({{ minutes }}), {{ timestamp }})
{%- endmacro %}

{% macro spark__slot_start(timestamp, minutes) -%}
    timestamp_seconds(
        floor(unix_timestamp({{ timestamp }}) / ({{ minutes }} * 60)) * {{ minutes }} * 60
    )
{%- endmacro %}
