{#
  The steps from potential to net energy, in order, and what could not be judged. Potential minus
  the four losses is net, exactly, in every row and in every sum.
#}
{% macro waterfall_steps() -%}
    {{ return([
        'potential', 'availability_loss', 'curtailment_loss', 'performance_loss',
        'electrical_loss', 'net_generation', 'data_gap',
    ]) }}
{%- endmacro %}

{#
  A step summed over daily waterfalls. Where one judged day has no meter reading, the period has no
  electrical loss and no net energy that would close on its potential.
#}
{% macro waterfall_sum(step) -%}
    {%- if step in ('electrical_loss', 'net_generation') -%}
        {{ shared_dbt.complete_sum(step ~ '_mwh', 'potential_mwh is not null') }}
    {%- else -%}
        {{ shared_dbt.exact_sum(step ~ '_mwh') }}
    {%- endif -%}
{%- endmacro %}
