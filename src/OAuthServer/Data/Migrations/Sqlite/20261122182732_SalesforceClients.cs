using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace OAuthServer.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class SalesforceClients : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "FK_connected_apps_organizations_org_id",
                table: "connected_apps");

            migrationBuilder.AddColumn<string>(
                name: "built_in_apps",
                table: "organizations",
                type: "TEXT",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "wire",
                table: "login_records",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AlterColumn<string>(
                name: "org_id",
                table: "connected_apps",
                type: "TEXT",
                nullable: true,
                oldClrType: typeof(string),
                oldType: "TEXT");

            migrationBuilder.AddForeignKey(
                name: "FK_connected_apps_organizations_org_id",
                table: "connected_apps",
                column: "org_id",
                principalTable: "organizations",
                principalColumn: "id",
                onDelete: ReferentialAction.Cascade);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "FK_connected_apps_organizations_org_id",
                table: "connected_apps");

            migrationBuilder.DropColumn(
                name: "built_in_apps",
                table: "organizations");

            migrationBuilder.DropColumn(
                name: "wire",
                table: "login_records");

            migrationBuilder.AlterColumn<string>(
                name: "org_id",
                table: "connected_apps",
                type: "TEXT",
                nullable: false,
                defaultValue: "",
                oldClrType: typeof(string),
                oldType: "TEXT",
                oldNullable: true);

            migrationBuilder.AddForeignKey(
                name: "FK_connected_apps_organizations_org_id",
                table: "connected_apps",
                column: "org_id",
                principalTable: "organizations",
                principalColumn: "id",
                onDelete: ReferentialAction.Cascade);
        }
    }
}
