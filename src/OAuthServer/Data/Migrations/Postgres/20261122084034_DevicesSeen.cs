using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace OAuthServer.Data.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class DevicesSeen : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "reference",
                table: "device_authorizations",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "source_address",
                table: "device_authorizations",
                type: "text",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "reference",
                table: "device_authorizations");

            migrationBuilder.DropColumn(
                name: "source_address",
                table: "device_authorizations");
        }
    }
}
