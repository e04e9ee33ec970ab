CREATE ACCESS METHOD deeplake TYPE TABLE HANDLER heap_tableam_handler;

-- The name under which the real extension shows its catalog.
CREATE TABLE pg_deeplake_tables (table_name text PRIMARY KEY, ds_path text);
