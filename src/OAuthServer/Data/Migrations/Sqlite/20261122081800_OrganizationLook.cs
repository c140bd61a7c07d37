using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace OAuthServer.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class OrganizationLook : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "color",
                table: "organizations",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "logo_version",
                table: "organizations",
                type: "TEXT",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "organization_logos",
                columns: table => new
                {
                    org_id = table.Column<string>(type: "TEXT", nullable: false),
                    png = table.Column<byte[]>(type: "BLOB", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_organization_logos", x => x.org_id);
                    table.ForeignKey(
                        name: "FK_organization_logos_organizations_org_id",
                        column: x => x.org_id,
                        principalTable: "organizations",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "organization_logos");

            migrationBuilder.DropColumn(
                name: "color",
                table: "organizations");

            migrationBuilder.DropColumn(
                name: "logo_version",
                table: "organizations");
        }
    }
}
