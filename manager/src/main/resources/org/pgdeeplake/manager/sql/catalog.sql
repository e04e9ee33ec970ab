-- What users see in a database, one row per object: what it is, its name, what is to be said of it.
-- Nothing that differs between two servers with the same schema: no OIDs, sizes, positions in files.
WITH
extension_member AS MATERIALIZED (
  SELECT classid, objid FROM pg_depend WHERE deptype = 'e'
),
-- What initdb created has smaller OIDs (FirstNormalObjectId); the schema public is users' all the same.
user_schema AS MATERIALIZED (
  SELECT n.oid, n.nspname, n.nspowner, n.nspacl, m.objid IS NOT NULL AS of_extension
  FROM pg_namespace n
  LEFT JOIN extension_member m ON m.classid = 'pg_namespace'::regclass AND m.objid = n.oid
  WHERE (n.oid >= 16384 OR n.nspname = 'public') AND n.nspname !~ '^pg_(temp|toast)'
    -- The records of manage ingest, of one instance.
    AND n.nspname <> 'pgdl_manager'
),
relation AS MATERIALIZED (
  SELECT c.*, format('%I.%I', s.nspname, c.relname) AS name,
    CASE c.relkind WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view' WHEN 'S' THEN 'sequence'
      WHEN 'f' THEN 'foreign table' WHEN 'c' THEN 'type' ELSE 'table' END AS kind
  FROM pg_class c
  JOIN user_schema s ON s.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c')
    AND c.relpersistence <> 't'
    AND c.relname !~ '^pg_deeplake_'
    AND NOT EXISTS (SELECT FROM extension_member m
                    WHERE m.classid = 'pg_class'::regclass AND m.objid = c.oid)
),
routine AS MATERIALIZED (
  SELECT p.*, CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END AS kind,
    format('%I.%I(%s)', s.nspname, p.proname, pg_get_function_identity_arguments(p.oid)) AS name
  FROM pg_proc p
  JOIN user_schema s ON s.oid = p.pronamespace
  WHERE NOT EXISTS (SELECT FROM extension_member m
                    WHERE m.classid = 'pg_proc'::regclass AND m.objid = p.oid)
),
user_type AS MATERIALIZED (
  SELECT t.*, format('%I.%I', s.nspname, t.typname) AS name
  FROM pg_type t
  JOIN user_schema s ON s.oid = t.typnamespace
  WHERE t.typtype IN ('e', 'd', 'r')
    AND NOT EXISTS (SELECT FROM extension_member m
                    WHERE m.classid = 'pg_type'::regclass AND m.objid = t.oid)
),
-- Whose details are not read: only that they exist.
other AS (
  SELECT 'pg_am'::regclass AS classid, oid AS objid FROM pg_am
  UNION ALL SELECT 'pg_cast'::regclass, oid FROM pg_cast
  UNION ALL SELECT 'pg_collation'::regclass, oid FROM pg_collation
  UNION ALL SELECT 'pg_conversion'::regclass, oid FROM pg_conversion
  UNION ALL SELECT 'pg_event_trigger'::regclass, oid FROM pg_event_trigger
  UNION ALL SELECT 'pg_foreign_data_wrapper'::regclass, oid FROM pg_foreign_data_wrapper
  UNION ALL SELECT 'pg_foreign_server'::regclass, oid FROM pg_foreign_server
  UNION ALL SELECT 'pg_language'::regclass, oid FROM pg_language
  UNION ALL SELECT 'pg_opclass'::regclass, oid FROM pg_opclass
  UNION ALL SELECT 'pg_operator'::regclass, oid FROM pg_operator
  UNION ALL SELECT 'pg_opfamily'::regclass, oid FROM pg_opfamily
  UNION ALL SELECT 'pg_publication'::regclass, oid FROM pg_publication
  UNION ALL SELECT 'pg_transform'::regclass, oid FROM pg_transform
  UNION ALL SELECT 'pg_ts_config'::regclass, oid FROM pg_ts_config
  UNION ALL SELECT 'pg_ts_dict'::regclass, oid FROM pg_ts_dict
  UNION ALL SELECT 'pg_ts_parser'::regclass, oid FROM pg_ts_parser
  UNION ALL SELECT 'pg_ts_template'::regclass, oid FROM pg_ts_template
  UNION ALL SELECT 'pg_user_mapping'::regclass, oid FROM pg_user_mapping
),
-- An absent ACL means the default one, which a GRANT and its REVOKE leave in writing.
privileges AS (
  SELECT kind || ' ' || name AS name,
    coalesce(relacl, acldefault(CASE relkind WHEN 'S' THEN 's'::"char" ELSE 'r' END, relowner)) AS acl
  FROM relation WHERE kind <> 'type'
  UNION ALL
  SELECT format('column %s.%I', r.name, a.attname), a.attacl
  FROM pg_attribute a JOIN relation r ON r.oid = a.attrelid
  WHERE NOT a.attisdropped AND a.attacl IS NOT NULL AND a.attacl <> '{}'
  UNION ALL
  SELECT format('schema %I', nspname), coalesce(nspacl, acldefault('n', nspowner))
  FROM user_schema WHERE NOT of_extension
  UNION ALL
  SELECT kind || ' ' || name, coalesce(proacl, acldefault('f', proowner)) FROM routine
  UNION ALL
  SELECT 'type ' || name, coalesce(typacl, acldefault('T', typowner)) FROM user_type
  UNION ALL
  SELECT format('future objects (%s) of %I%s', defaclobjtype, pg_get_userbyid(defaclrole),
      (SELECT format(' in schema %I', nspname) FROM pg_namespace n WHERE n.oid = defaclnamespace)),
    defaclacl
  FROM pg_default_acl
)

SELECT 'schema' AS kind, format('%I', nspname) AS name,
  format('owned by %I', pg_get_userbyid(nspowner)) AS description
FROM user_schema WHERE NOT of_extension

UNION ALL
SELECT r.kind, r.name, concat_ws(', ',
  format('owned by %I', pg_get_userbyid(r.relowner)),
  'using ' || am.amname,
  CASE r.relpersistence WHEN 'u' THEN 'unlogged' END,
  'of type ' || CASE WHEN r.reloftype <> 0 THEN format_type(r.reloftype, NULL) END,
  'inherits ' || (SELECT string_agg(i.inhparent::regclass::text, ', ' ORDER BY i.inhseqno)
                  FROM pg_inherits i WHERE i.inhrelid = r.oid),
  pg_get_expr(r.relpartbound, r.oid),
  'partitioned by ' || CASE WHEN r.relkind = 'p' THEN pg_get_partkeydef(r.oid) END,
  'with ' || array_to_string(r.reloptions, ', '),
  'in tablespace ' || (SELECT spcname FROM pg_tablespace ts WHERE ts.oid = r.reltablespace),
  CASE WHEN r.relrowsecurity THEN 'row security' END,
  CASE WHEN r.relforcerowsecurity THEN 'forced row security' END,
  'replica identity ' || nullif(nullif(r.relreplident::text, 'd'), 'n'),
  CASE WHEN NOT r.relispopulated THEN 'not populated' END,
  (SELECT format('%s from %s by %s between %s and %s, cache %s%s', format_type(q.seqtypid, NULL),
     q.seqstart, q.seqincrement, q.seqmin, q.seqmax, q.seqcache, CASE WHEN q.seqcycle THEN ', cycles' END)
   FROM pg_sequence q WHERE q.seqrelid = r.oid),
  (SELECT format('server %I (%s)', fs.srvname, array_to_string(ft.ftoptions, ', '))
   FROM pg_foreign_table ft JOIN pg_foreign_server fs ON fs.oid = ft.ftserver WHERE ft.ftrelid = r.oid),
  'as ' || CASE WHEN r.relkind IN ('v', 'm') THEN pg_get_viewdef(r.oid) END)
FROM relation r LEFT JOIN pg_am am ON am.oid = r.relam

UNION ALL
SELECT 'column', format('%s.%I', r.name, a.attname), concat_ws(', ',
  -- Among those that are left: attnum also counts columns that were dropped.
  format('the %s.', row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum)),
  format_type(a.atttypid, a.atttypmod),
  CASE WHEN a.attnotnull THEN 'not null' END,
  CASE a.attidentity WHEN 'a' THEN 'always identity' WHEN 'd' THEN 'identity' END,
  CASE a.attgenerated WHEN '' THEN 'default ' WHEN 'v' THEN 'generated virtual ' ELSE 'generated ' END
    || pg_get_expr(d.adbin, d.adrelid),
  'collation ' || CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END,
  'storage ' || CASE WHEN a.attstorage <> t.typstorage THEN a.attstorage::text END,
  'compression ' || nullif(a.attcompression::text, ''),
  'statistics ' || a.attstattarget,
  'with ' || array_to_string(a.attoptions, ', '),
  'options ' || array_to_string(a.attfdwoptions, ', '))
FROM relation r
JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE r.kind <> 'sequence'

UNION ALL
SELECT 'index', i.indexrelid::regclass::text, concat_ws(', ',
  pg_get_indexdef(i.indexrelid),
  CASE WHEN NOT i.indisvalid THEN 'invalid' END,
  CASE WHEN NOT i.indisready THEN 'not ready' END,
  CASE WHEN i.indisclustered THEN 'clustered' END,
  CASE WHEN i.indisreplident THEN 'replica identity' END)
FROM relation r JOIN pg_index i ON i.indrelid = r.oid

UNION ALL
SELECT 'constraint', format('%I of %s', c.conname, coalesce(r.name, t.name)), pg_get_constraintdef(c.oid)
FROM pg_constraint c
LEFT JOIN relation r ON r.oid = c.conrelid
LEFT JOIN user_type t ON t.oid = c.contypid
-- The trigger of a constraint trigger says it all.
WHERE c.contype <> 't' AND (r.oid IS NOT NULL OR t.oid IS NOT NULL)

UNION ALL
SELECT 'trigger', format('%I of %s', t.tgname, r.name),
  concat_ws(', ', pg_get_triggerdef(t.oid), 'fires ' || nullif(t.tgenabled::text, 'O'))
FROM relation r JOIN pg_trigger t ON t.tgrelid = r.oid WHERE NOT t.tgisinternal

UNION ALL
SELECT 'rule', format('%I of %s', w.rulename, r.name),
  concat_ws(', ', pg_get_ruledef(w.oid), 'fires ' || nullif(w.ev_enabled::text, 'O'))
FROM relation r JOIN pg_rewrite w ON w.ev_class = r.oid WHERE w.rulename <> '_RETURN'

UNION ALL
SELECT 'policy', format('%I of %s', p.polname, r.name), concat_ws(', ',
  CASE WHEN p.polpermissive THEN 'permissive' ELSE 'restrictive' END,
  'for ' || p.polcmd::text,
  'to ' || (SELECT string_agg(CASE u WHEN 0 THEN 'public' ELSE pg_get_userbyid(u) END, ', '
                              ORDER BY pg_get_userbyid(u)) FROM unnest(p.polroles) u),
  'using ' || pg_get_expr(p.polqual, p.polrelid),
  'with check ' || pg_get_expr(p.polwithcheck, p.polrelid))
FROM relation r JOIN pg_policy p ON p.polrelid = r.oid

UNION ALL
SELECT 'statistics', format('%I.%I', s.nspname, e.stxname), pg_get_statisticsobjdef(e.oid)
FROM pg_statistic_ext e JOIN user_schema s ON s.oid = e.stxnamespace

UNION ALL
SELECT kind, name, concat_ws(', ', format('owned by %I', pg_get_userbyid(proowner)),
  CASE WHEN prokind = 'a' THEN (SELECT concat_ws(', ', a.aggtransfn::text, a.aggfinalfn::text,
      format_type(a.aggtranstype, NULL), a.agginitval) FROM pg_aggregate a WHERE a.aggfnoid = p.oid)
    ELSE pg_get_functiondef(p.oid) END)
FROM routine p

UNION ALL
SELECT CASE typtype WHEN 'd' THEN 'domain' ELSE 'type' END, name, concat_ws(', ',
  format('owned by %I', pg_get_userbyid(typowner)),
  (SELECT 'enum ' || string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder)
   FROM pg_enum e WHERE e.enumtypid = t.oid),
  (SELECT 'range of ' || format_type(g.rngsubtype, NULL) FROM pg_range g WHERE g.rngtypid = t.oid),
  CASE WHEN typtype = 'd' THEN concat_ws(', ', format_type(typbasetype, typtypmod),
    CASE WHEN typnotnull THEN 'not null' END, 'default ' || typdefault) END)
FROM user_type t

UNION ALL
SELECT 'extension', format('%I', e.extname), format('version %s, in schema %I', e.extversion, n.nspname)
FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace

UNION ALL
SELECT i.type, i.identity, 'exists'
FROM other o, pg_identify_object(o.classid, o.objid, 0) i
WHERE o.objid >= 16384
  AND NOT EXISTS (SELECT FROM extension_member m WHERE m.classid = o.classid AND m.objid = o.objid)
  AND i.schema IS DISTINCT FROM 'pg_temp'

UNION ALL
SELECT 'comment on', i.type || ' ' || i.identity, d.description
FROM pg_description d, pg_identify_object(d.classoid, d.objoid, d.objsubid) i
WHERE (d.objoid >= 16384
       OR (d.classoid = 'pg_namespace'::regclass AND i.name = 'public'
           AND d.description <> 'standard public schema'))
  AND i.schema IS DISTINCT FROM 'pg_temp'
  AND i.identity !~ '^pg_(temp|toast)'
  AND NOT EXISTS (SELECT FROM extension_member m WHERE m.classid = d.classoid AND m.objid = d.objoid)
  -- An extension brings its own comment.
  AND d.classoid <> 'pg_extension'::regclass

UNION ALL
SELECT 'privileges on', name,
  coalesce((SELECT string_agg(a::text, ', ' ORDER BY a::text COLLATE "C") FROM unnest(acl) a), 'none')
FROM privileges
