using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace OAuthServer.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class SignOuts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "apps_told_at",
                table: "browser_sessions",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "denied_at",
                table: "authorization_requests",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "IX_grants_session_id",
                table: "grants",
                column: "session_id");

            migrationBuilder.CreateIndex(
                name: "IX_browser_sessions_apps_told_at_ended_at",
                table: "browser_sessions",
                columns: new[] { "apps_told_at", "ended_at" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_grants_session_id",
                table: "grants");

            migrationBuilder.DropIndex(
                name: "IX_browser_sessions_apps_told_at_ended_at",
                table: "browser_sessions");

            migrationBuilder.DropColumn(
                name: "apps_told_at",
                table: "browser_sessions");

            migrationBuilder.DropColumn(
                name: "denied_at",
                table: "authorization_requests");
        }
    }
}
