using System.CommandLine;
using Ghpo.Verification;

namespace Ghpo.Cli;

/// <summary><c>ghpo verify</c>: one pair with an explanation, or a file of pairs.</summary>
internal static class VerifyCommand
{
    public const int Correct = 0;
    public const int Incorrect = 1;
    public const int WrongUsage = 2;
    public const int Unscorable = 3;

    public static Command Create()
    {
        var gold = new Argument<string?>("GOLD") { Description = "The right answer.", Arity = ArgumentArity.ZeroOrOne };
        var answer = new Argument<string?>("ANSWER") { Description = "The completion, or the answer alone. Put -- before the two when one begins with a minus sign.", Arity = ArgumentArity.ZeroOrOne };
        var explain = new Option<bool>("--explain") { Description = "Say which rule decided, what was found where, and both normal forms." };
        var input = new Option<FileInfo?>("--input") { Description = "A JSONL file of pairs, with the fields gold and candidate (or pred)." };
        var output = new Option<FileInfo?>("--output") { Description = "Where the verdicts go, one JSON object a line; standard output when left out." };
        var rounded = new Option<bool>("--accept-rounded") { Description = "Accept a decimal that is the gold, rounded." };
        var boxed = new Option<bool>("--boxed-only") { Description = "Look for the answer in boxes only." };
        var command = new Command("verify", "Is this answer right? Exit code of a pair: 0 correct, 1 incorrect, 3 unscorable; of a file: 0, or 1 when it had bad lines; 2 for wrong usage.")
        {
            gold, answer, explain, input, output, rounded, boxed,
        };
        command.SetAction(parsed =>
        {
            var options = (parsed.GetValue(boxed) ? VerifierOptions.BoxedOnly : VerifierOptions.Default) with { AcceptRounded = parsed.GetValue(rounded) };
            var console = (Out: parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            if (parsed.GetValue(input) is { } file)
            {
                if (!file.Exists)
                {
                    console.Error.WriteLine($"ghpo verify: there is no file '{file.FullName}'; --input names a JSONL file with the fields gold and candidate.");
                    return Incorrect;
                }
                if (parsed.GetValue(output) is not { } target) return VerifyFile.Run(file.FullName, console.Out, console.Error, options);
                using var writer = new StreamWriter(target.FullName);
                return VerifyFile.Run(file.FullName, writer, console.Error, options);
            }
            if (parsed.GetValue(gold) is not { } g || parsed.GetValue(answer) is not { } a)
            {
                console.Error.WriteLine("ghpo verify: give GOLD and ANSWER, or --input FILE.");
                return WrongUsage;
            }
            var verdict = MathVerifier.Verify(g, a, options);
            Print(console.Out, a, verdict, parsed.GetValue(explain));
            return verdict.Outcome switch { Outcome.Correct => Correct, Outcome.Incorrect => Incorrect, _ => Unscorable };
        });
        return command;
    }

    private static void Print(TextWriter output, string completion, Verdict verdict, bool explain)
    {
        output.WriteLine($"{verdict.Outcome.ToString().ToLowerInvariant()}: {Explanations.Of(verdict.Reason)}");
        if (!explain) return;
        output.WriteLine($"  reason  {verdict.Reason}");
        output.WriteLine($"  rule    {verdict.Rule}");
        output.WriteLine($"  gold    {verdict.NormalGold ?? "not read"}");
        output.WriteLine($"  answer  {verdict.NormalAnswer ?? "not read"}");
        if (verdict.AnswerSpan is { } span)
            output.WriteLine($"  found   '{completion.AsSpan(span.Start, span.Length)}' at {span.Start}");
        output.WriteLine($"  work    {verdict.Work} of {VerifierOptions.Default.WorkLimit} units");
    }
}
