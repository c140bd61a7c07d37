using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace OAuthServer.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class RefreshLines : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // Only their hashes are there, from which no token of the new form can be made: the lines of builds before the first release end.
            migrationBuilder.DropTable(
                name: "refresh_tokens");

            migrationBuilder.AddColumn<long>(
                name: "refresh_expires_at",
                table: "grants",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "refresh_generation",
                table: "grants",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "refresh_idle_expires_at",
                table: "grants",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "refresh_used_at",
                table: "grants",
                type: "INTEGER",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "refresh_expires_at",
                table: "grants");

            migrationBuilder.DropColumn(
                name: "refresh_generation",
                table: "grants");

            migrationBuilder.DropColumn(
                name: "refresh_idle_expires_at",
                table: "grants");

            migrationBuilder.DropColumn(
                name: "refresh_used_at",
                table: "grants");

            migrationBuilder.CreateTable(
                name: "refresh_tokens",
                columns: table => new
                {
                    hash = table.Column<string>(type: "TEXT", nullable: false),
                    expires_at = table.Column<long>(type: "INTEGER", nullable: false),
                    grant_id = table.Column<string>(type: "TEXT", nullable: false),
                    idle_expires_at = table.Column<long>(type: "INTEGER", nullable: false),
                    issued_at = table.Column<long>(type: "INTEGER", nullable: false),
                    used_at = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_refresh_tokens", x => x.hash);
                    table.ForeignKey(
                        name: "FK_refresh_tokens_grants_grant_id",
                        column: x => x.grant_id,
                        principalTable: "grants",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_refresh_tokens_expires_at",
                table: "refresh_tokens",
                column: "expires_at");

            migrationBuilder.CreateIndex(
                name: "IX_refresh_tokens_grant_id",
                table: "refresh_tokens",
                column: "grant_id");
        }
    }
}
