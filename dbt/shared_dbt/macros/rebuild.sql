{#
  Rebuild from a day to the end.

  The environment variable PENSTOCK_REBUILD_FROM names the first day to write; empty or unset means
  everything. penstock sets it from its ledger, gaps and look-back included. It is read while a
  statement runs, never while a project is parsed, so that a changed value leaves partial parsing
  intact. A value `:name` is bound later: the compiled statement reads the variable `name` of the
  session it runs in, so that one compiled project serves every day.

  Every incremental model
    - reads with a lower bound:       where {{ shared_dbt.rebuilt('performance_date', lookback=60) }}
    - names the day column it writes: meta={'day_column': 'performance_date'}
  and the strategy `rebuild_from` deletes that range and inserts the new rows in one transaction.
#}

{# The first day this run writes, as text, or `:name` of a variable; none = everything. #}
{% macro rebuild_day() -%}
    {%- set day = (env_var('PENSTOCK_REBUILD_FROM', '') | trim) if execute else '' -%}
    {%- if day.startswith(':') -%}
        {{ return(day) }}
    {%- elif day -%}
        {%- do modules.datetime.date.fromisoformat(day) -%}
        {{ return(day) }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}

{# `column` on or after `day` minus the look-back (days); `grain='month'` starts at its month. #}
{% macro from_day(column, day, lookback=0, grain='day') -%}
    {%- if day is none -%}
        true
    {%- elif day.startswith(':') -%}
        {%- set start = "getvariable('" ~ day[1:] ~ "')" -%}
        {%- set start = "date_trunc('month', " ~ start ~ ")" if grain == 'month' else start -%}
        {{ column }} >= cast({{ start }} as date) - {{ lookback }}
    {%- else -%}
        {%- set date = modules.datetime.date.fromisoformat(day) -%}
        {%- set start = date.replace(day=1) if grain == 'month' else date -%}
        {{ column }} >= date '{{ (start - modules.datetime.timedelta(days=lookback)).isoformat() }}'
    {%- endif -%}
{%- endmacro %}

{# In a model: the rows this run must read, with the look-back (days) that its windows need. #}
{% macro rebuilt(column, lookback=0, grain='day') -%}
    {%- set day = shared_dbt.rebuild_day() if is_incremental() else none -%}
    {{ shared_dbt.from_day(column, day, lookback, grain) }}
{%- endmacro %}

{# In a test: the rows this run wrote, with the look-back (days) that a comparison needs. #}
{% macro rebuilt_rows(column, grain='day', lookback=0) -%}
    {{ shared_dbt.from_day(column, shared_dbt.rebuild_day(), lookback, grain) }}
{%- endmacro %}

{#
  Incremental strategy: replace the range this run rebuilt, whatever keys it now holds. A day that
  became empty loses its rows, which a delete by key would leave behind. dbt opens the transaction
  before the first statement and commits after the last.
#}
{% macro get_incremental_rebuild_from_sql(arg_dict) -%}
    {%- set meta = config.get('meta', {}) -%}
    {%- set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
    delete from {{ arg_dict['target_relation'] }}
    where {{ shared_dbt.rebuilt_rows(meta['day_column'], meta.get('grain', 'day')) }};
    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arg_dict['temp_relation'] }}
{%- endmacro %}
