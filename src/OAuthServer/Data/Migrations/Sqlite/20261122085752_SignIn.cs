using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace OAuthServer.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class SignIn : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "return_to",
                table: "pending_sign_ins");

            migrationBuilder.AddColumn<string>(
                name: "one_of",
                table: "pending_sign_ins",
                type: "TEXT",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<byte[]>(
                name: "target",
                table: "pending_sign_ins",
                type: "BLOB",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "passkey_registrations",
                columns: table => new
                {
                    id = table.Column<string>(type: "TEXT", nullable: false),
                    user_id = table.Column<string>(type: "TEXT", nullable: false),
                    ceremony = table.Column<byte[]>(type: "BLOB", nullable: false),
                    expires_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_passkey_registrations", x => x.id);
                    table.ForeignKey(
                        name: "FK_passkey_registrations_users_user_id",
                        column: x => x.user_id,
                        principalTable: "users",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_passkey_registrations_expires_at",
                table: "passkey_registrations",
                column: "expires_at");

            migrationBuilder.CreateIndex(
                name: "IX_passkey_registrations_user_id",
                table: "passkey_registrations",
                column: "user_id");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "passkey_registrations");

            migrationBuilder.DropColumn(
                name: "one_of",
                table: "pending_sign_ins");

            migrationBuilder.DropColumn(
                name: "target",
                table: "pending_sign_ins");

            migrationBuilder.AddColumn<string>(
                name: "return_to",
                table: "pending_sign_ins",
                type: "TEXT",
                nullable: true);
        }
    }
}
