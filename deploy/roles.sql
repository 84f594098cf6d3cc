-- The roles and the database of the product, by psql as PostgreSQL's superuser: again and again, as passwords change.
\set ON_ERROR_STOP on
\getenv ours DATABASE_PASSWORD
\getenv temporals TEMPORAL_DATABASE_PASSWORD
select 'create role aller_retour login' where not exists (select from pg_roles where rolname = 'aller_retour') \gexec
select 'create role temporal login createdb' where not exists (select from pg_roles where rolname = 'temporal') \gexec
alter role aller_retour password :'ours';
alter role temporal password :'temporals';
select 'create database aller_retour owner aller_retour encoding ''UTF8'' template template0' where not exists (select from pg_database where datname = 'aller_retour') \gexec
