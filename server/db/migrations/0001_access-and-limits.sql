CREATE UNLOGGED TABLE "rate_limits" (
	"key" text PRIMARY KEY NOT NULL,
	"restored_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "owners" ADD COLUMN "access_name" text;--> statement-breakpoint
ALTER TABLE "owners" ADD COLUMN "revoked_at" timestamp with time zone;--> statement-breakpoint
CREATE UNIQUE INDEX "owners_by_access_name" ON "owners" USING btree ("access_name") WHERE "owners"."revoked_at" is null;