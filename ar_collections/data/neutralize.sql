-- A copy of the database must not write to real debtors.
UPDATE res_company SET ar_automatic = FALSE;
UPDATE ir_cron SET active = FALSE
 WHERE id IN (SELECT res_id FROM ir_model_data
               WHERE module = 'ar_collections' AND model = 'ir.cron'
                 AND (name IN ('ir_cron_ar_collection_run', 'ir_cron_ar_collection_thank',
                               'ir_cron_ar_collection_copy', 'ir_cron_ar_collection_remind',
                               'ir_cron_ar_collection_statement',
                               'ir_cron_ar_collection_statement_run',
                               'ir_cron_ar_collection_confirmation',
                               'ir_cron_ar_collection_report_delivery')
                      OR name LIKE 'ir_cron_ar_collection_deliver%'));
