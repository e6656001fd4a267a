ALTER TABLE "generated_images" ADD COLUMN "cache_key" text;--> statement-breakpoint
ALTER TABLE "owners" ADD COLUMN "sdapi_model" text;--> statement-breakpoint
CREATE INDEX "generated_images_by_cache_key" ON "generated_images" USING btree ("cache_key");--> statement-breakpoint
CREATE INDEX "generated_images_by_object" ON "generated_images" USING btree ("object_key");