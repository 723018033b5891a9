{#
  Rebuild from a day to the end.

  The environment variable PENSTOCK_REBUILD_FROM names the first day whose landed rows changed;
  empty or unset means everything. It is read while a statement runs, never while a project is
  parsed, so that a changed value leaves partial parsing intact.

  A product resolves it once per run in its model `int_rebuild_start` (one row, column
  rebuild_from: the first day to write, null = everything). Every incremental model then
    - reads with a lower bound:    where {{ shared_dbt.rebuilt('performance_date', lookback=60) }}
    - names the day column it writes: meta={'day_column': 'performance_date'}
  and the strategy `rebuild_from` deletes that range and inserts the new rows in one transaction.
#}

{# The first day whose landed rows changed, as text; none = everything. #}
{% macro requested_rebuild_day() -%}
    {%- if execute -%}
        {%- set day = env_var('PENSTOCK_REBUILD_FROM', '') | trim -%}
        {%- if day -%}
            {%- do modules.datetime.date.fromisoformat(day) -%}
            {{ return(day) }}
        {%- endif -%}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}

{# The first day this run writes, as text; none = everything. #}
{% macro resolved_rebuild_day() -%}
    {{ return(shared_dbt.rebuild_day_of(ref('int_rebuild_start'))) }}
{%- endmacro %}

{#
  The same for a generic test: dbt does not see the references of a test's where-clause, so the
  relation is found in the graph. A test runs after its model, and that after int_rebuild_start.
#}
{% macro resolved_rebuild_day_for_test() -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values()
            if node.resource_type == 'model' and node.name == 'int_rebuild_start' -%}
            {{ return(shared_dbt.rebuild_day_of(api.Relation.create(
                database=node.database, schema=node.schema, identifier=node.alias
            ))) }}
        {%- endfor -%}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}

{% macro rebuild_day_of(relation) -%}
    {%- if execute and load_relation(relation) is not none -%}
        {%- set found = run_query('select cast(rebuild_from as varchar) from ' ~ relation) -%}
        {{ return(found.columns[0].values() | first) }}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}

{% macro shifted_day(day, lookback, grain) -%}
    {%- set date = modules.datetime.date.fromisoformat(day) -%}
    {%- if grain == 'month' -%}
        {%- set date = date.replace(day=1) -%}
    {%- endif -%}
    {{ return((date - modules.datetime.timedelta(days=lookback)).isoformat()) }}
{%- endmacro %}

{#
  The predicate of the rows this run must read: on or after the first day it writes, minus the
  look-back (days) that the model's windows need. `grain='month'` starts at the day's month.
#}
{% macro rebuilt(column, lookback=0, grain='day') -%}
    {%- set start = ref('int_rebuild_start') -%}
    {%- set day = shared_dbt.rebuild_day_of(start) if is_incremental() else none -%}
    {%- if day is not none -%}
        {{ column }} >= date '{{ shared_dbt.shifted_day(day, lookback, grain) }}'
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{# The same within a test: the rows this run wrote. #}
{% macro rebuilt_rows(column, grain='day') -%}
    {%- set day = shared_dbt.resolved_rebuild_day() -%}
    {%- if day is not none -%}
        {{ column }} >= date '{{ shared_dbt.shifted_day(day, 0, grain) }}'
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{# The same for the one model that runs before `int_rebuild_start`: bounded by the request. #}
{% macro requested(column) -%}
    {%- set day = shared_dbt.requested_rebuild_day() -%}
    {%- if is_incremental() and day is not none -%}
        {{ column }} >= date '{{ day }}'
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}

{#
  Incremental strategy: replace the range this run rebuilt, whatever keys it now holds. A day that
  became empty loses its rows, which a delete by key would leave behind. dbt opens the transaction
  before the first statement and commits after the last.
#}
{% macro get_incremental_rebuild_from_sql(arg_dict) -%}
    {%- set meta = config.get('meta', {}) -%}
    {%- set day_column = meta['day_column'] -%}
    {%- if meta.get('bound') == 'requested' -%}
        {%- set day = shared_dbt.requested_rebuild_day() -%}
    {%- else -%}
        {%- set day = shared_dbt.resolved_rebuild_day() -%}
    {%- endif -%}
    {%- set columns = get_quoted_csv(arg_dict['dest_columns'] | map(attribute='name')) -%}
    delete from {{ arg_dict['target_relation'] }}
    {%- if day is not none %}
    where {{ day_column }} >= date '{{ shared_dbt.shifted_day(day, 0, meta.get('grain', 'day')) }}'
    {%- endif %};
    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arg_dict['temp_relation'] }}
{%- endmacro %}
