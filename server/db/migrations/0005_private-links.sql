ALTER TABLE "shares" ALTER COLUMN "width" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "shares" ALTER COLUMN "height" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "shares" ADD COLUMN "bytes" integer;