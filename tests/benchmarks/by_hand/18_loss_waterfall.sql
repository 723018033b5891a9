create table mart_loss_waterfall_daily as
select
    asset_id,
    performance_date,
    tenant_id,
    portfolio,
    technology,
    parent_asset_id,
    false as is_plant,
    true as is_counted_in_fleet,
    case
        when is_read then exact(potential_mwh - coalesce(unread_expected_mwh, 0))
        else potential_mwh
    end as potential_mwh,
    case
        when is_read then exact(availability_loss_mwh - coalesce(unread_availability_loss_mwh, 0))
        else availability_loss_mwh
    end as availability_loss_mwh,
    case
        when is_read then exact(curtailment_loss_mwh - coalesce(unread_curtailment_loss_mwh, 0))
        else curtailment_loss_mwh
    end as curtailment_loss_mwh,
    case
        when is_read then exact(performance_loss_mwh - coalesce(unread_performance_loss_mwh, 0))
        else performance_loss_mwh
    end as performance_loss_mwh,
    read_electrical_loss_mwh as electrical_loss_mwh,
    read_net_mwh as net_generation_mwh,
    case
        when potential_mwh is not null or unjudged_expected_mwh is not null
            then exact(
                coalesce(unjudged_expected_mwh, 0)
                + case when is_read then coalesce(unread_expected_mwh, 0) else 0 end
            )
    end as data_gap_mwh
from (select *, read_electrical_loss_mwh is not null as is_read from daily);

create macro waterfall_sums(relation) as table
    select
        * exclude (
            potential_mwh, availability_loss_mwh, curtailment_loss_mwh, performance_loss_mwh,
            electrical_loss_mwh, net_generation_mwh, data_gap_mwh, is_closed
        ),
        unnest(generate_series(1, 7))::integer as step_order,
        unnest([
            'potential', 'availability_loss', 'curtailment_loss', 'performance_loss',
            'electrical_loss', 'net_generation', 'data_gap'
        ]) as step,
        unnest([
            exact(potential_mwh), exact(availability_loss_mwh), exact(curtailment_loss_mwh),
            exact(performance_loss_mwh),
            case when is_closed then exact(electrical_loss_mwh) end,
            case when is_closed then exact(net_generation_mwh) end,
            exact(data_gap_mwh)
        ]) as mwh
    from query_table(relation);

create temp table months as
select
    asset_id,
    date_trunc('month', performance_date)::date as performance_month,
    any_value(tenant_id) as tenant_id,
    any_value(portfolio) as portfolio,
    any_value(technology) as technology,
    sum(potential_mwh) as potential_mwh,
    sum(availability_loss_mwh) as availability_loss_mwh,
    sum(curtailment_loss_mwh) as curtailment_loss_mwh,
    sum(performance_loss_mwh) as performance_loss_mwh,
    sum(electrical_loss_mwh) filter (potential_mwh is not null) as electrical_loss_mwh,
    sum(net_generation_mwh) filter (potential_mwh is not null) as net_generation_mwh,
    sum(data_gap_mwh) as data_gap_mwh,
    count(*) filter (
        potential_mwh is not null
        and (electrical_loss_mwh is null or net_generation_mwh is null)
    ) = 0 as is_closed
from mart_loss_waterfall_daily
group by asset_id, performance_month;

create table mart_loss_waterfall_monthly as from waterfall_sums('months');

create temp table fleet_months as
select
    tenant_id,
    portfolio,
    technology,
    performance_month,
    sum(potential_mwh) as potential_mwh,
    sum(availability_loss_mwh) as availability_loss_mwh,
    sum(curtailment_loss_mwh) as curtailment_loss_mwh,
    sum(performance_loss_mwh) as performance_loss_mwh,
    sum(electrical_loss_mwh) as electrical_loss_mwh,
    sum(net_generation_mwh) as net_generation_mwh,
    sum(data_gap_mwh) as data_gap_mwh,
    bool_and(is_closed) as is_closed
from months
group by tenant_id, portfolio, technology, performance_month;

create table mart_loss_waterfall_fleet_monthly as from waterfall_sums('fleet_months');
