using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace OAuthServer.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Setup : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_users_org_id",
                table: "users");

            migrationBuilder.CreateTable(
                name: "audit_entries",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    org_id = table.Column<string>(type: "TEXT", nullable: true),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    actor_id = table.Column<string>(type: "TEXT", nullable: true),
                    actor = table.Column<string>(type: "TEXT", nullable: false),
                    door = table.Column<string>(type: "TEXT", nullable: false),
                    source_address = table.Column<string>(type: "TEXT", nullable: true),
                    operation = table.Column<string>(type: "TEXT", nullable: false),
                    object_kind = table.Column<string>(type: "TEXT", nullable: false),
                    object_id = table.Column<string>(type: "TEXT", nullable: false),
                    object_name = table.Column<string>(type: "TEXT", nullable: false),
                    before = table.Column<string>(type: "TEXT", nullable: true),
                    after = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_audit_entries", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "brown_outs",
                columns: table => new
                {
                    id = table.Column<string>(type: "TEXT", nullable: false),
                    org_id = table.Column<string>(type: "TEXT", nullable: false),
                    starts_at = table.Column<long>(type: "INTEGER", nullable: false),
                    ends_at = table.Column<long>(type: "INTEGER", nullable: false),
                    selection = table.Column<string>(type: "TEXT", nullable: false),
                    announced_by = table.Column<string>(type: "TEXT", nullable: false),
                    announced_at = table.Column<long>(type: "INTEGER", nullable: false),
                    stopped_at = table.Column<long>(type: "INTEGER", nullable: true),
                    stop_reason = table.Column<string>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_brown_outs", x => x.id);
                    table.ForeignKey(
                        name: "FK_brown_outs_organizations_org_id",
                        column: x => x.org_id,
                        principalTable: "organizations",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "drafts",
                columns: table => new
                {
                    id = table.Column<string>(type: "TEXT", nullable: false),
                    org_id = table.Column<string>(type: "TEXT", nullable: false),
                    kind = table.Column<string>(type: "TEXT", nullable: false),
                    profile_id = table.Column<string>(type: "TEXT", nullable: true),
                    based_on = table.Column<int>(type: "INTEGER", nullable: true),
                    content = table.Column<string>(type: "TEXT", nullable: false),
                    saved_by = table.Column<string>(type: "TEXT", nullable: false),
                    saved_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_drafts", x => x.id);
                    table.ForeignKey(
                        name: "FK_drafts_organizations_org_id",
                        column: x => x.org_id,
                        principalTable: "organizations",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "FK_drafts_profiles_profile_id",
                        column: x => x.profile_id,
                        principalTable: "profiles",
                        principalColumn: "id");
                });

            migrationBuilder.CreateTable(
                name: "integration_counts",
                columns: table => new
                {
                    org_id = table.Column<string>(type: "TEXT", nullable: false),
                    day = table.Column<int>(type: "INTEGER", nullable: false),
                    stage = table.Column<string>(type: "TEXT", nullable: false),
                    count = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_integration_counts", x => new { x.org_id, x.day, x.stage });
                    table.ForeignKey(
                        name: "FK_integration_counts_organizations_org_id",
                        column: x => x.org_id,
                        principalTable: "organizations",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "integration_marks",
                columns: table => new
                {
                    id = table.Column<int>(type: "INTEGER", nullable: false),
                    last_record_id = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_integration_marks", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "integrations",
                columns: table => new
                {
                    id = table.Column<string>(type: "TEXT", nullable: false),
                    org_id = table.Column<string>(type: "TEXT", nullable: false),
                    user_id = table.Column<string>(type: "TEXT", nullable: false),
                    client_id = table.Column<string>(type: "TEXT", nullable: false),
                    network = table.Column<string>(type: "TEXT", nullable: false),
                    client = table.Column<string>(type: "TEXT", nullable: false),
                    first_seen_at = table.Column<long>(type: "INTEGER", nullable: false),
                    last_seen_at = table.Column<long>(type: "INTEGER", nullable: false),
                    logins = table.Column<long>(type: "INTEGER", nullable: false),
                    refusals = table.Column<long>(type: "INTEGER", nullable: false),
                    summary = table.Column<string>(type: "TEXT", nullable: false),
                    password_last_seen_at = table.Column<long>(type: "INTEGER", nullable: true),
                    owner_id = table.Column<string>(type: "TEXT", nullable: true),
                    stage = table.Column<string>(type: "TEXT", nullable: false),
                    is_protected = table.Column<bool>(type: "INTEGER", nullable: false),
                    plan = table.Column<string>(type: "TEXT", nullable: true),
                    new_client_id = table.Column<string>(type: "TEXT", nullable: true),
                    stage_changed_at = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_integrations", x => x.id);
                    table.ForeignKey(
                        name: "FK_integrations_organizations_org_id",
                        column: x => x.org_id,
                        principalTable: "organizations",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "FK_integrations_users_owner_id",
                        column: x => x.owner_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.SetNull);
                    table.ForeignKey(
                        name: "FK_integrations_users_user_id",
                        column: x => x.user_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "jobs",
                columns: table => new
                {
                    id = table.Column<string>(type: "TEXT", nullable: false),
                    org_id = table.Column<string>(type: "TEXT", nullable: false),
                    kind = table.Column<string>(type: "TEXT", nullable: false),
                    state = table.Column<string>(type: "TEXT", nullable: false),
                    input = table.Column<string>(type: "TEXT", nullable: false),
                    done = table.Column<long>(type: "INTEGER", nullable: false),
                    total = table.Column<long>(type: "INTEGER", nullable: false),
                    result = table.Column<string>(type: "TEXT", nullable: true),
                    problem = table.Column<string>(type: "TEXT", nullable: true),
                    actor = table.Column<string>(type: "TEXT", nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false),
                    seen_at = table.Column<long>(type: "INTEGER", nullable: true),
                    finished_at = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_jobs", x => x.id);
                    table.ForeignKey(
                        name: "FK_jobs_organizations_org_id",
                        column: x => x.org_id,
                        principalTable: "organizations",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "policy_tests",
                columns: table => new
                {
                    id = table.Column<string>(type: "TEXT", nullable: false),
                    org_id = table.Column<string>(type: "TEXT", nullable: false),
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    content = table.Column<string>(type: "TEXT", nullable: false),
                    is_declared = table.Column<bool>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_policy_tests", x => x.id);
                    table.ForeignKey(
                        name: "FK_policy_tests_organizations_org_id",
                        column: x => x.org_id,
                        principalTable: "organizations",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "trial_changes",
                columns: table => new
                {
                    id = table.Column<string>(type: "TEXT", nullable: false),
                    org_id = table.Column<string>(type: "TEXT", nullable: false),
                    kind = table.Column<string>(type: "TEXT", nullable: false),
                    object_id = table.Column<string>(type: "TEXT", nullable: false),
                    before = table.Column<string>(type: "TEXT", nullable: false),
                    after = table.Column<string>(type: "TEXT", nullable: false),
                    saved_by_id = table.Column<string>(type: "TEXT", nullable: true),
                    saved_by = table.Column<string>(type: "TEXT", nullable: false),
                    saved_at = table.Column<long>(type: "INTEGER", nullable: false),
                    reverts_at = table.Column<long>(type: "INTEGER", nullable: false),
                    confirmed_at = table.Column<long>(type: "INTEGER", nullable: true),
                    reverted_at = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_trial_changes", x => x.id);
                    table.ForeignKey(
                        name: "FK_trial_changes_organizations_org_id",
                        column: x => x.org_id,
                        principalTable: "organizations",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "integration_days",
                columns: table => new
                {
                    integration_id = table.Column<string>(type: "TEXT", nullable: false),
                    day = table.Column<int>(type: "INTEGER", nullable: false),
                    way = table.Column<string>(type: "TEXT", nullable: false),
                    count = table.Column<int>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_integration_days", x => new { x.integration_id, x.day, x.way });
                    table.ForeignKey(
                        name: "FK_integration_days_integrations_integration_id",
                        column: x => x.integration_id,
                        principalTable: "integrations",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "job_chunks",
                columns: table => new
                {
                    job_id = table.Column<string>(type: "TEXT", nullable: false),
                    number = table.Column<int>(type: "INTEGER", nullable: false),
                    bytes = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_job_chunks", x => new { x.job_id, x.number });
                    table.ForeignKey(
                        name: "FK_job_chunks_jobs_job_id",
                        column: x => x.job_id,
                        principalTable: "jobs",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "job_lines",
                columns: table => new
                {
                    job_id = table.Column<string>(type: "TEXT", nullable: false),
                    number = table.Column<long>(type: "INTEGER", nullable: false),
                    outcome = table.Column<string>(type: "TEXT", nullable: false),
                    content = table.Column<string>(type: "TEXT", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_job_lines", x => new { x.job_id, x.number });
                    table.ForeignKey(
                        name: "FK_job_lines_jobs_job_id",
                        column: x => x.job_id,
                        principalTable: "jobs",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.InsertData(
                table: "integration_marks",
                columns: new[] { "id", "last_record_id" },
                values: new object[] { 1, 0L });

            migrationBuilder.CreateIndex(
                name: "IX_users_org_id_normalized_username",
                table: "users",
                columns: new[] { "org_id", "normalized_username" });

            migrationBuilder.CreateIndex(
                name: "IX_login_records_org_id_channel_id",
                table: "login_records",
                columns: new[] { "org_id", "channel", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_login_records_org_id_client_id_id",
                table: "login_records",
                columns: new[] { "org_id", "client_id", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_login_records_org_id_deciding_rule_id",
                table: "login_records",
                columns: new[] { "org_id", "deciding_rule", "id" },
                filter: "deciding_rule IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_login_records_org_id_decision_id",
                table: "login_records",
                columns: new[] { "org_id", "decision", "id" },
                filter: "deciding_rule IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "IX_login_records_org_id_id",
                table: "login_records",
                columns: new[] { "org_id", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_login_records_org_id_source_address_id",
                table: "login_records",
                columns: new[] { "org_id", "source_address", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_login_records_org_id_trusted_network_id",
                table: "login_records",
                columns: new[] { "org_id", "trusted_network", "id" },
                filter: "trusted_network IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_login_records_token_used",
                table: "login_records",
                columns: new[] { "org_id", "id" },
                filter: "token_used");

            migrationBuilder.CreateIndex(
                name: "IX_audit_entries_object_id_id",
                table: "audit_entries",
                columns: new[] { "object_id", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_audit_entries_org_id_id",
                table: "audit_entries",
                columns: new[] { "org_id", "id" });

            migrationBuilder.CreateIndex(
                name: "IX_brown_outs_org_id_starts_at",
                table: "brown_outs",
                columns: new[] { "org_id", "starts_at" });

            migrationBuilder.CreateIndex(
                name: "IX_drafts_org_id",
                table: "drafts",
                column: "org_id");

            migrationBuilder.CreateIndex(
                name: "IX_drafts_profile_id",
                table: "drafts",
                column: "profile_id");

            migrationBuilder.CreateIndex(
                name: "IX_integrations_org_id_last_seen_at",
                table: "integrations",
                columns: new[] { "org_id", "last_seen_at" });

            migrationBuilder.CreateIndex(
                name: "IX_integrations_org_id_user_id_client_id_network_client",
                table: "integrations",
                columns: new[] { "org_id", "user_id", "client_id", "network", "client" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_integrations_owner_id",
                table: "integrations",
                column: "owner_id");

            migrationBuilder.CreateIndex(
                name: "IX_integrations_user_id",
                table: "integrations",
                column: "user_id");

            migrationBuilder.CreateIndex(
                name: "IX_job_lines_job_id_outcome_number",
                table: "job_lines",
                columns: new[] { "job_id", "outcome", "number" });

            migrationBuilder.CreateIndex(
                name: "IX_jobs_org_id_created_at",
                table: "jobs",
                columns: new[] { "org_id", "created_at" });

            migrationBuilder.CreateIndex(
                name: "IX_jobs_state",
                table: "jobs",
                column: "state");

            migrationBuilder.CreateIndex(
                name: "IX_policy_tests_org_id_name",
                table: "policy_tests",
                columns: new[] { "org_id", "name" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_trial_changes_org_id",
                table: "trial_changes",
                column: "org_id");

            migrationBuilder.CreateIndex(
                name: "IX_trial_changes_reverts_at",
                table: "trial_changes",
                column: "reverts_at");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "audit_entries");

            migrationBuilder.DropTable(
                name: "brown_outs");

            migrationBuilder.DropTable(
                name: "drafts");

            migrationBuilder.DropTable(
                name: "integration_counts");

            migrationBuilder.DropTable(
                name: "integration_days");

            migrationBuilder.DropTable(
                name: "integration_marks");

            migrationBuilder.DropTable(
                name: "job_chunks");

            migrationBuilder.DropTable(
                name: "job_lines");

            migrationBuilder.DropTable(
                name: "policy_tests");

            migrationBuilder.DropTable(
                name: "trial_changes");

            migrationBuilder.DropTable(
                name: "integrations");

            migrationBuilder.DropTable(
                name: "jobs");

            migrationBuilder.DropIndex(
                name: "IX_users_org_id_normalized_username",
                table: "users");

            migrationBuilder.DropIndex(
                name: "IX_login_records_org_id_channel_id",
                table: "login_records");

            migrationBuilder.DropIndex(
                name: "IX_login_records_org_id_client_id_id",
                table: "login_records");

            migrationBuilder.DropIndex(
                name: "IX_login_records_org_id_deciding_rule_id",
                table: "login_records");

            migrationBuilder.DropIndex(
                name: "IX_login_records_org_id_decision_id",
                table: "login_records");

            migrationBuilder.DropIndex(
                name: "IX_login_records_org_id_id",
                table: "login_records");

            migrationBuilder.DropIndex(
                name: "IX_login_records_org_id_source_address_id",
                table: "login_records");

            migrationBuilder.DropIndex(
                name: "IX_login_records_org_id_trusted_network_id",
                table: "login_records");

            migrationBuilder.DropIndex(
                name: "ix_login_records_token_used",
                table: "login_records");

            migrationBuilder.CreateIndex(
                name: "IX_users_org_id",
                table: "users",
                column: "org_id");
        }
    }
}
