{{ marketing.tenant_config_history() }}
