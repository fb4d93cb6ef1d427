namespace Ghpo.Models.Tokenization;

/// <summary>A tokenizer's files cannot be used, or a text cannot be encoded with them. The message names the file and key and can be shown to a user as it is.</summary>
public sealed class TokenizerException : Exception
{
    /// <summary>Creates the exception with a message for the user.</summary>
    /// <param name="message">What is wrong, where, and what to do.</param>
    public TokenizerException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception with a message for the user and its cause.</summary>
    /// <param name="message">What is wrong, where, and what to do.</param>
    /// <param name="innerException">The cause.</param>
    public TokenizerException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates the exception with a general message.</summary>
    public TokenizerException()
        : base("The tokenizer's files cannot be used.")
    {
    }
}
