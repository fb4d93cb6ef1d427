using System.Runtime.CompilerServices;

namespace Ghpo.Models.Chat.Jinja;

/// <summary>
/// What one rendering may use, so that no template can run for ever or fill the memory.
/// A step is an expression or statement evaluated; text and lists cost steps by their length as they are made.
/// </summary>
internal sealed class Budget
{
    public const int LargestText = 1 << 24;
    public const int LargestList = 1 << 20;
    public const int LargestRange = 100_000;
    public const int DeepestCall = 200;
    private const long MostSteps = 20_000_000;
    private const int CharactersPerStep = 16;

    private long _steps;
    private int _depth;

    public void Step(long steps = 1)
    {
        _steps += steps;
        if (_steps > MostSteps)
            throw new JinjaException($"the template does more than {MostSteps:N0} steps, which is the limit");
    }

    public string Text(string text)
    {
        if (text.Length > LargestText)
            throw new JinjaException($"the template makes a text of more than {LargestText:N0} characters, which is the limit");
        Step(text.Length / CharactersPerStep);
        return text;
    }

    public void TextLength(long length)
    {
        if (length > LargestText)
            throw new JinjaException($"the template makes a text of more than {LargestText:N0} characters, which is the limit");
        Step(length / CharactersPerStep);
    }

    public void ListLength(long count)
    {
        if (count > LargestList)
            throw new JinjaException($"the template makes a list of more than {LargestList:N0} items, which is the limit");
        Step(count);
    }

    /// <summary>Calls of macros inside calls of macros.</summary>
    public T Nested<T>(Func<T> call)
    {
        if (++_depth > DeepestCall)
            throw new JinjaException($"macros call each other more than {DeepestCall} deep, which is the limit");
        try
        {
            return call();
        }
        finally
        {
            _depth--;
        }
    }

    public static void EnsureStack()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
            throw new JinjaException("the template is nested too deeply");
    }
}
