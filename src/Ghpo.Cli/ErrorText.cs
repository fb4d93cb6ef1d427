using System.Reflection;
using Ghpo.Training.Recipes;

namespace Ghpo.Cli;

/// <summary>What the process returns.</summary>
internal static class ExitCodes
{
    public const int Ok = 0;
    public const int Failed = 1;
    public const int Usage = 2;

    /// <summary>As a shell reports a process that Ctrl-C ended.</summary>
    public const int Interrupted = 130;
}

/// <summary>Errors as a user reads them: a line each, no stack trace unless asked for.</summary>
internal static class ErrorText
{
    /// <summary>Writes an exception and returns the exit code that it stands for.</summary>
    public static int Write(Exception exception, TextWriter errors, bool debug)
    {
        while (exception is TargetInvocationException or AggregateException { InnerExceptions.Count: 1 } && exception.InnerException is { } inner)
            exception = inner;
        if (exception is OperationCanceledException)
        {
            errors.WriteLine("interrupted");
            return ExitCodes.Interrupted;
        }

        var lines = Message(exception).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (var line in lines)
            errors.WriteLine($"error: {line}");
        if (debug)
            errors.WriteLine(exception);
        return exception is RecipeException ? ExitCodes.Usage : ExitCodes.Failed;
    }

    private static string Message(Exception exception) => exception switch
    {
        OutOfMemoryException => "out of memory; use fewer prompts_per_step or num_generations, a shorter max_completion_length, or a smaller micro-batch",
        _ when IsForUsers(exception) => exception.Message,
        _ => $"{exception.GetType().Name}: {exception.Message}\nthis is a fault of ghpo; --debug shows where it arose",
    };

    /// <summary>Exceptions that speak of files, models and recipes; their message is meant to be printed.</summary>
    private static bool IsForUsers(Exception exception) =>
        exception is RecipeException or IOException or InvalidDataException or UnauthorizedAccessException or NotSupportedException or HttpRequestException
        || (exception.GetType().Namespace?.StartsWith("Ghpo", StringComparison.Ordinal) ?? false);
}
