Console.WriteLine("For `dotnet ef` only: see the README, \"Changing the schema\".");
