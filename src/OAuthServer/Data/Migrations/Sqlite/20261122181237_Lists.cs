using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace OAuthServer.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Lists : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_jobs_org_id_created_at",
                table: "jobs");

            migrationBuilder.DropIndex(
                name: "IX_integrations_org_id_last_seen_at",
                table: "integrations");

            migrationBuilder.DropIndex(
                name: "IX_drafts_org_id",
                table: "drafts");

            migrationBuilder.DropIndex(
                name: "IX_brown_outs_org_id_starts_at",
                table: "brown_outs");

            migrationBuilder.AddColumn<string>(
                name: "org_id",
                table: "outbox_messages",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "score",
                table: "integrations",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<int>(
                name: "scored_on",
                table: "integrations",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.CreateTable(
                name: "profile_uses",
                columns: table => new
                {
                    profile_id = table.Column<string>(type: "TEXT", nullable: false),
                    record_id = table.Column<long>(type: "INTEGER", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_profile_uses", x => x.profile_id);
                    table.ForeignKey(
                        name: "FK_profile_uses_profiles_profile_id",
                        column: x => x.profile_id,
                        principalTable: "profiles",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_users_org_id_status",
                table: "users",
                columns: new[] { "org_id", "status" });

            migrationBuilder.CreateIndex(
                name: "IX_outbox_messages_org_id_created_at_id",
                table: "outbox_messages",
                columns: new[] { "org_id", "created_at", "id" },
                filter: "sent_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "IX_jobs_org_id_created_at_id",
                table: "jobs",
                columns: new[] { "org_id", "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_integrations_new_client_id",
                table: "integrations",
                column: "new_client_id",
                filter: "new_client_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_integrations_org_id_client_id",
                table: "integrations",
                columns: new[] { "org_id", "client", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_integrations_org_id_client_id_last_seen_at_id",
                table: "integrations",
                columns: new[] { "org_id", "client_id", "last_seen_at", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_integrations_org_id_client_id_score_id",
                table: "integrations",
                columns: new[] { "org_id", "client_id", "score", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_integrations_org_id_last_seen_at_id",
                table: "integrations",
                columns: new[] { "org_id", "last_seen_at", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_integrations_org_id_owner_id_last_seen_at_id",
                table: "integrations",
                columns: new[] { "org_id", "owner_id", "last_seen_at", "id" },
                filter: "owner_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_integrations_org_id_owner_id_score_id",
                table: "integrations",
                columns: new[] { "org_id", "owner_id", "score", "id" },
                filter: "owner_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_integrations_org_id_score_id",
                table: "integrations",
                columns: new[] { "org_id", "score", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_integrations_org_id_scored_on",
                table: "integrations",
                columns: new[] { "org_id", "scored_on" },
                filter: "password_last_seen_at IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_integrations_org_id_stage_last_seen_at_id",
                table: "integrations",
                columns: new[] { "org_id", "stage", "last_seen_at", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_integrations_org_id_stage_score_id",
                table: "integrations",
                columns: new[] { "org_id", "stage", "score", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_drafts_org_id_saved_at_id",
                table: "drafts",
                columns: new[] { "org_id", "saved_at", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_brown_outs_org_id_starts_at_id",
                table: "brown_outs",
                columns: new[] { "org_id", "starts_at", "id" });

            // Of what the inventory has counted so far; what comes after is counted from there.
            migrationBuilder.Sql("""
                INSERT INTO profile_uses (profile_id, record_id, at)
                SELECT r.profile_id, r.id, r.at FROM login_records r
                WHERE r.id IN (
                    SELECT MAX(id) FROM login_records WHERE profile_id IS NOT NULL AND id <= (SELECT last_record_id FROM integration_marks WHERE id = 1) GROUP BY profile_id)
                  AND EXISTS (SELECT 1 FROM profiles p WHERE p.id = r.profile_id)
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "profile_uses");

            migrationBuilder.DropIndex(
                name: "IX_users_org_id_status",
                table: "users");

            migrationBuilder.DropIndex(
                name: "IX_outbox_messages_org_id_created_at_id",
                table: "outbox_messages");

            migrationBuilder.DropIndex(
                name: "IX_jobs_org_id_created_at_id",
                table: "jobs");

            migrationBuilder.DropIndex(
                name: "IX_integrations_new_client_id",
                table: "integrations");

            migrationBuilder.DropIndex(
                name: "IX_integrations_org_id_client_id",
                table: "integrations");

            migrationBuilder.DropIndex(
                name: "IX_integrations_org_id_client_id_last_seen_at_id",
                table: "integrations");

            migrationBuilder.DropIndex(
                name: "IX_integrations_org_id_client_id_score_id",
                table: "integrations");

            migrationBuilder.DropIndex(
                name: "IX_integrations_org_id_last_seen_at_id",
                table: "integrations");

            migrationBuilder.DropIndex(
                name: "IX_integrations_org_id_owner_id_last_seen_at_id",
                table: "integrations");

            migrationBuilder.DropIndex(
                name: "IX_integrations_org_id_owner_id_score_id",
                table: "integrations");

            migrationBuilder.DropIndex(
                name: "IX_integrations_org_id_score_id",
                table: "integrations");

            migrationBuilder.DropIndex(
                name: "IX_integrations_org_id_scored_on",
                table: "integrations");

            migrationBuilder.DropIndex(
                name: "IX_integrations_org_id_stage_last_seen_at_id",
                table: "integrations");

            migrationBuilder.DropIndex(
                name: "IX_integrations_org_id_stage_score_id",
                table: "integrations");

            migrationBuilder.DropIndex(
                name: "IX_drafts_org_id_saved_at_id",
                table: "drafts");

            migrationBuilder.DropIndex(
                name: "IX_brown_outs_org_id_starts_at_id",
                table: "brown_outs");

            migrationBuilder.DropColumn(
                name: "org_id",
                table: "outbox_messages");

            migrationBuilder.DropColumn(
                name: "score",
                table: "integrations");

            migrationBuilder.DropColumn(
                name: "scored_on",
                table: "integrations");

            migrationBuilder.CreateIndex(
                name: "IX_jobs_org_id_created_at",
                table: "jobs",
                columns: new[] { "org_id", "created_at" });

            migrationBuilder.CreateIndex(
                name: "IX_integrations_org_id_last_seen_at",
                table: "integrations",
                columns: new[] { "org_id", "last_seen_at" });

            migrationBuilder.CreateIndex(
                name: "IX_drafts_org_id",
                table: "drafts",
                column: "org_id");

            migrationBuilder.CreateIndex(
                name: "IX_brown_outs_org_id_starts_at",
                table: "brown_outs",
                columns: new[] { "org_id", "starts_at" });
        }
    }
}
