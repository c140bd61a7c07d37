using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace OAuthServer.Data.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Federation : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "provisioned_by",
                table: "users",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<byte[]>(
                name: "provider_session",
                table: "pending_sign_ins",
                type: "bytea",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "alias",
                table: "organizations",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "assertion_flaw",
                table: "login_records",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "provider_id",
                table: "login_records",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "ends_at",
                table: "browser_sessions",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<byte[]>(
                name: "provider_hint",
                table: "browser_sessions",
                type: "bytea",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "provider_id",
                table: "browser_sessions",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "provider_session_id",
                table: "browser_sessions",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "provider_subject",
                table: "browser_sessions",
                type: "text",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "identity_providers",
                columns: table => new
                {
                    id = table.Column<string>(type: "text", nullable: false),
                    org_id = table.Column<string>(type: "text", nullable: false),
                    name = table.Column<string>(type: "text", nullable: false),
                    is_active = table.Column<bool>(type: "boolean", nullable: false),
                    settings = table.Column<string>(type: "text", nullable: false),
                    client_secret = table.Column<byte[]>(type: "bytea", nullable: true),
                    created_at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_identity_providers", x => x.id);
                    table.ForeignKey(
                        name: "FK_identity_providers_organizations_org_id",
                        column: x => x.org_id,
                        principalTable: "organizations",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "service_provider_keys",
                columns: table => new
                {
                    id = table.Column<string>(type: "text", nullable: false),
                    certificate = table.Column<byte[]>(type: "bytea", nullable: false),
                    private_key = table.Column<byte[]>(type: "bytea", nullable: false),
                    activates_at = table.Column<long>(type: "bigint", nullable: false),
                    not_after = table.Column<long>(type: "bigint", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_service_provider_keys", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "certificate_warnings",
                columns: table => new
                {
                    provider_id = table.Column<string>(type: "text", nullable: false),
                    thumbprint = table.Column<string>(type: "text", nullable: false),
                    days = table.Column<int>(type: "integer", nullable: false),
                    sent_at = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_certificate_warnings", x => new { x.provider_id, x.thumbprint, x.days });
                    table.ForeignKey(
                        name: "FK_certificate_warnings_identity_providers_provider_id",
                        column: x => x.provider_id,
                        principalTable: "identity_providers",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "federated_identities",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    provider_id = table.Column<string>(type: "text", nullable: false),
                    subject = table.Column<string>(type: "text", nullable: false),
                    format = table.Column<string>(type: "text", nullable: false),
                    user_id = table.Column<string>(type: "text", nullable: false),
                    is_declared = table.Column<bool>(type: "boolean", nullable: false),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    last_used_at = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_federated_identities", x => x.id);
                    table.ForeignKey(
                        name: "FK_federated_identities_identity_providers_provider_id",
                        column: x => x.provider_id,
                        principalTable: "identity_providers",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                    table.ForeignKey(
                        name: "FK_federated_identities_users_user_id",
                        column: x => x.user_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "provider_domains",
                columns: table => new
                {
                    domain = table.Column<string>(type: "text", nullable: false),
                    provider_id = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_provider_domains", x => x.domain);
                    table.ForeignKey(
                        name: "FK_provider_domains_identity_providers_provider_id",
                        column: x => x.provider_id,
                        principalTable: "identity_providers",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "provider_metadata",
                columns: table => new
                {
                    provider_id = table.Column<string>(type: "text", nullable: false),
                    document = table.Column<string>(type: "text", nullable: true),
                    fetched_at = table.Column<long>(type: "bigint", nullable: true),
                    problem = table.Column<string>(type: "text", nullable: true),
                    problem_at = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_provider_metadata", x => x.provider_id);
                    table.ForeignKey(
                        name: "FK_provider_metadata_identity_providers_provider_id",
                        column: x => x.provider_id,
                        principalTable: "identity_providers",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "sso_requests",
                columns: table => new
                {
                    id = table.Column<string>(type: "text", nullable: false),
                    provider_id = table.Column<string>(type: "text", nullable: false),
                    browser_hash = table.Column<string>(type: "text", nullable: false),
                    purpose = table.Column<string>(type: "text", nullable: false),
                    user_id = table.Column<string>(type: "text", nullable: true),
                    target = table.Column<byte[]>(type: "bytea", nullable: true),
                    newer_than = table.Column<long>(type: "bigint", nullable: true),
                    created_at = table.Column<long>(type: "bigint", nullable: false),
                    expires_at = table.Column<long>(type: "bigint", nullable: false),
                    used_at = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_sso_requests", x => x.id);
                    table.ForeignKey(
                        name: "FK_sso_requests_identity_providers_provider_id",
                        column: x => x.provider_id,
                        principalTable: "identity_providers",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_organizations_alias",
                table: "organizations",
                column: "alias",
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_browser_sessions_provider_id_provider_subject",
                table: "browser_sessions",
                columns: new[] { "provider_id", "provider_subject" });

            migrationBuilder.CreateIndex(
                name: "IX_federated_identities_provider_id_subject_format",
                table: "federated_identities",
                columns: new[] { "provider_id", "subject", "format" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_federated_identities_user_id",
                table: "federated_identities",
                column: "user_id");

            migrationBuilder.CreateIndex(
                name: "IX_identity_providers_org_id_name",
                table: "identity_providers",
                columns: new[] { "org_id", "name" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "IX_provider_domains_provider_id",
                table: "provider_domains",
                column: "provider_id");

            migrationBuilder.CreateIndex(
                name: "IX_sso_requests_expires_at",
                table: "sso_requests",
                column: "expires_at");

            migrationBuilder.CreateIndex(
                name: "IX_sso_requests_provider_id",
                table: "sso_requests",
                column: "provider_id");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "certificate_warnings");

            migrationBuilder.DropTable(
                name: "federated_identities");

            migrationBuilder.DropTable(
                name: "provider_domains");

            migrationBuilder.DropTable(
                name: "provider_metadata");

            migrationBuilder.DropTable(
                name: "service_provider_keys");

            migrationBuilder.DropTable(
                name: "sso_requests");

            migrationBuilder.DropTable(
                name: "identity_providers");

            migrationBuilder.DropIndex(
                name: "IX_organizations_alias",
                table: "organizations");

            migrationBuilder.DropIndex(
                name: "IX_browser_sessions_provider_id_provider_subject",
                table: "browser_sessions");

            migrationBuilder.DropColumn(
                name: "provisioned_by",
                table: "users");

            migrationBuilder.DropColumn(
                name: "provider_session",
                table: "pending_sign_ins");

            migrationBuilder.DropColumn(
                name: "alias",
                table: "organizations");

            migrationBuilder.DropColumn(
                name: "assertion_flaw",
                table: "login_records");

            migrationBuilder.DropColumn(
                name: "provider_id",
                table: "login_records");

            migrationBuilder.DropColumn(
                name: "ends_at",
                table: "browser_sessions");

            migrationBuilder.DropColumn(
                name: "provider_hint",
                table: "browser_sessions");

            migrationBuilder.DropColumn(
                name: "provider_id",
                table: "browser_sessions");

            migrationBuilder.DropColumn(
                name: "provider_session_id",
                table: "browser_sessions");

            migrationBuilder.DropColumn(
                name: "provider_subject",
                table: "browser_sessions");
        }
    }
}
