CREATE UNLOGGED TABLE "seeing_jobs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"owner_id" uuid NOT NULL,
	"task" text NOT NULL,
	"digest" text NOT NULL,
	"result_key" text,
	"text" text,
	"object_key" text,
	"lease_id" uuid,
	"lease_expires_at" timestamp with time zone,
	"deadline" timestamp with time zone NOT NULL,
	"seen" jsonb,
	"error" jsonb,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE UNLOGGED TABLE "seeing_results" (
	"key" text PRIMARY KEY NOT NULL,
	"seen" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE INDEX "seeing_jobs_by_digest" ON "seeing_jobs" USING btree ("digest","created_at");--> statement-breakpoint
CREATE INDEX "seeing_jobs_by_owner" ON "seeing_jobs" USING btree ("owner_id");--> statement-breakpoint
CREATE INDEX "seeing_jobs_by_lease" ON "seeing_jobs" USING btree ("lease_id");