{#
  The day a slot belongs to: its UTC date, or the date on the wall clock of the asset's zone where
  the asset's `day_boundary` is local. `day_zone` is 'UTC' or an IANA name.
#}
{% macro day_zone(day_boundary, timezone) -%}
    case when {{ day_boundary }} = 'local' then {{ timezone }} else 'UTC' end
{%- endmacro %}

{% macro day_of(timestamp, day_zone) -%}
    case
        when {{ day_zone }} <> 'UTC'
            then cast({{ shared_dbt.local_time(timestamp, day_zone) }} as date)
        else cast({{ timestamp }} as date)
    end
{%- endmacro %}

{#
  Minutes from midnight UTC of a date to the first and last slot that may belong to the day of that
  date: clocks are between 12 hours behind and 14 hours ahead of UTC.
#}
{% macro first_minute_of_day(day_zone) -%}
    case when {{ day_zone }} = 'UTC' then 0 else -14 * 60 end
{%- endmacro %}

{% macro last_minute_of_day(day_zone) -%}
    case when {{ day_zone }} = 'UTC' then 24 * 60 - 1 else 36 * 60 - 1 end
{%- endmacro %}
